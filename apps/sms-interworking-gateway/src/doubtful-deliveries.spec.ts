import { DoubtfulDeliveries } from './doubtful-deliveries.js';

let now = 0;
let all: DoubtfulDeliveries;

beforeEach(() => {
  now = 0;
  all = new DoubtfulDeliveries(() => now);
});

/** Since when the delivery may have been made before. */
async function taken(delivery: string, bind = 1): Promise<number | undefined> {
  let since: number | undefined;
  await all.take(bind, delivery, async ({ repeatsSince }) => void (since = repeatsSince));
  return since;
}

const refused = (delivery: string, bind = 1) => expect(all.take(bind, delivery, () => Promise.reject(new Error('the log is away')))).rejects.toThrow('the log is away');

/** Begins a delivery; what it returns lets the log have it. */
function begun(delivery: string, bind = 1): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = all.take(bind, delivery, () => promise);
  return () => (resolve(), end);
}

it('is not in doubt while its answer reached the SMSC', async () => {
  await taken('a');
  expect(await taken('a')).toBeUndefined();
});

it('is in doubt for a while when it was refused, until it is taken', async () => {
  now = 1;
  await refused('a');
  expect(await taken('b')).toBeUndefined();
  now = 300_000;
  expect(await taken('a')).toBe(1);
  expect(await taken('a')).toBeUndefined();
  await refused('a');
  now = 600_000;
  expect(await taken('a')).toBeUndefined();
});

it('is in doubt since it came first, however often it is refused', async () => {
  now = 1;
  await refused('a');
  now = 200_000;
  await refused('a');
  now = 400_000;
  expect(await taken('a')).toBe(1);
});

it('is in doubt since the very time that its first delivery is told with', async () => {
  all = new DoubtfulDeliveries(() => (now += 1));
  const arrivals: unknown[] = [];
  const log = async (arrival: unknown) => void arrivals.push(arrival);
  await all.take(1, 'a', log);
  all.bindLost(1);
  await all.take(1, 'a', log);
  expect(arrivals).toEqual([{ at: 1 }, { at: expect.any(Number), repeatsSince: 1 }]);
});

it('is in doubt when the bind was lost within 10 s of its answer', async () => {
  await taken('old');
  now = 10_000;
  await taken('new');
  all.bindLost(1);
  expect([await taken('old'), await taken('new')]).toEqual([undefined, 10_000]);
});

it('is in doubt when the bind was lost before its answer, though the log has it later', async () => {
  const end = begun('a');
  now = 2_000;
  all.bindLost(1);
  await end();
  expect([await taken('a', 2), await taken('a', 2)]).toEqual([0, undefined]);
});

it('is in doubt no longer once it came again, though the first has not reached the log yet', async () => {
  const end = begun('a');
  all.bindLost(1);
  expect(await taken('a', 2)).toBe(0);
  all.bindLost(1);
  await end();
  expect(await taken('a', 2)).toBeUndefined();
});

it('is not in doubt by the loss of another bind', async () => {
  await taken('a', 1);
  const end = begun('b', 1);
  all.bindLost(2);
  await end();
  expect([await taken('a'), await taken('b')]).toEqual([undefined, undefined]);
});

it('keeps the newest only', async () => {
  for (let at = 0; at <= 10_000; at += 1) await all.take(1, `delivery ${at}`, () => Promise.reject(new Error('no'))).catch(() => undefined);
  expect([await taken('delivery 0'), await taken('delivery 1'), await taken('delivery 10000')]).toEqual([undefined, 0, 0]);
});
