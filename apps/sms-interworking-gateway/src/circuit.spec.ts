import { classOfStatus, SmppOutcomeUnknownError, SmppStatusError } from '@cpm/smpp';
import { Circuit, type CircuitEvent } from './circuit.js';

const opened: Circuit[] = [];
afterEach(() => opened.splice(0).forEach((circuit) => circuit.shutdown()));

function circuitOf({ window = 1, resetMs = 60_000 } = {}) {
  const states: string[] = [];
  const events: CircuitEvent[] = [];
  const circuit: Circuit = new Circuit({ name: 'north', window, resetMs, onState: () => states.push(circuit.state), count: (event) => events.push(event) });
  opened.push(circuit);
  return { circuit, states, events };
}

const unanswered = () => Promise.reject(new SmppOutcomeUnknownError('response-timeout'));
const refusedWith = (status: number) => () => Promise.reject(new SmppStatusError(status, classOfStatus(status)));
const swallow = (outcome: Promise<unknown>) => outcome.catch((error: unknown) => error);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

it('opens when half of what was submitted was not answered, and then calls nothing', async () => {
  const { circuit, events } = circuitOf();
  for (let call = 0; call < 20; call += 1) await swallow(circuit.run(call % 2 === 0 ? () => Promise.resolve('1') : unanswered));
  expect(circuit.state).toBe('closed');
  await swallow(circuit.run(unanswered));
  expect(circuit.state).toBe('open');
  let calls = 0;
  await expect(circuit.run(() => Promise.resolve((calls += 1)))).rejects.toMatchObject({ name: 'SmscUnavailableError' });
  expect(calls).toBe(0);
  expect(events.filter((event) => event === 'open')).toHaveLength(1);
  expect(events.at(-1)).toBe('reject');
});

it('needs failures for twice the window before it opens', async () => {
  const { circuit } = circuitOf({ window: 50 });
  for (let call = 0; call < 99; call += 1) await swallow(circuit.run(refusedWith(0x08)));
  expect(circuit.state).toBe('closed');
  await swallow(circuit.run(refusedWith(0x08)));
  expect(circuit.state).toBe('open');
});

it.each([[1, 3], [5, 5], [1_000, 10]])('at a window of %i opens when %i in a row are not answered, however many were before', async (window, silent) => {
  const { circuit } = circuitOf({ window });
  const leave = async (times: number) => {
    for (let call = 0; call < times; call += 1) await swallow(circuit.run(unanswered));
  };
  for (let call = 0; call < 100; call += 1) await circuit.run(() => Promise.resolve('1'));
  await leave(silent - 1);
  await swallow(circuit.run(refusedWith(0x0b)));
  await leave(silent - 1);
  expect(circuit.state).toBe('closed');
  await leave(1);
  expect(circuit.state).toBe('open');
});

it.each([0x58, 0x14, 0x0b])('is not opened by refusals with status %i: the SMSC is well', async (status) => {
  const { circuit } = circuitOf();
  for (let call = 0; call < 100; call += 1) expect(await swallow(circuit.run(refusedWith(status)))).toMatchObject({ status });
  expect(circuit.state).toBe('closed');
});

it('is opened by refusals that speak of the SMSC', async () => {
  const { circuit } = circuitOf();
  for (let call = 0; call < 20; call += 1) await swallow(circuit.run(refusedWith(0x08)));
  expect(circuit.state).toBe('open');
});

it('is not closed by a late answer to what was in flight when it opened, which its caller gets all the same', async () => {
  const { circuit } = circuitOf();
  let answer!: (id: string) => void;
  const late = circuit.run(() => new Promise<string>((resolve) => (answer = resolve)));
  circuit.open();
  await Promise.resolve();
  answer('late');
  await expect(late).resolves.toBe('late');
  expect(circuit.state).toBe('open');
});

it('is not opened again by a late failure while it looks whether the SMSC is back', async () => {
  const { circuit, states } = circuitOf({ resetMs: 5 });
  let fail!: (error: Error) => void;
  const late = swallow(circuit.run(() => new Promise<string>((_, reject) => (fail = reject))));
  circuit.open();
  await until(() => circuit.state === 'half-open');
  fail(new SmppOutcomeUnknownError('response-timeout'));
  await late;
  expect(circuit.state).toBe('half-open');
  await expect(circuit.run(() => Promise.resolve('probe'))).resolves.toBe('probe');
  expect(states).toEqual(['open', 'half-open', 'closed']);
});

it('lets one through to see whether the SMSC is back, and no second while that is open', async () => {
  const { circuit } = circuitOf({ resetMs: 5 });
  circuit.open();
  await until(() => circuit.state === 'half-open');
  let answer!: (id: string) => void;
  const probe = circuit.run(() => new Promise<string>((resolve) => (answer = resolve)));
  await expect(circuit.run(() => Promise.resolve('2'))).rejects.toMatchObject({ name: 'SmscUnavailableError' });
  answer('1');
  await probe;
  expect(circuit.state).toBe('closed');
  await expect(circuit.run(() => Promise.resolve('3'))).resolves.toBe('3');
});
