import { collecting, kafkaForSpecs, openInbox, startCrashable, until, type Inbox } from './kafka-under-test.js';

const LIMIT_MS = 120_000;
const MOST_AHEAD = 3_000;
const kafka = kafkaForSpecs(startCrashable);
let inbox: Inbox;
beforeEach(async () => {
  inbox = await openInbox(kafka().brokers);
}, LIMIT_MS);
afterEach(() => inbox.close(), LIMIT_MS);

const USERS = ['ann', 'bob', 'cat'];

it('loses and reorders nothing when the broker is killed and comes back while records are written and read', async () => {
  const values: string[] = [];
  const consumer = await inbox.consume(collecting(values));
  let published = 0;
  let refused = 0;
  let isPublishing = true;
  const publishing = (async () => {
    while (isPublishing) {
      const batch = Array.from({ length: 30 }, (_, index) => `${USERS[index % USERS.length]}-${published + index}`);
      // As the engine does: what is not known to be in the log is published again.
      while (!(await inbox.publish(batch, (value) => value.slice(0, 3)).then(() => true, () => false))) refused += 1;
      published += batch.length;
      // A reader that falls far behind would only make the test longer.
      if (published - values.length > MOST_AHEAD) await until(() => published - values.length < MOST_AHEAD || !isPublishing);
    }
  })();
  try {
    await until(() => values.length > 500);
    await kafka().kill();
    const atKill = values.length;
    await until(() => refused > 0 && consumer.statuses.includes('stalled'));
    await kafka().restart();
    await until(() => values.length > atKill + 500);
  } finally {
    isPublishing = false;
  }
  await publishing;
  await until(() => new Set(values).size === published);
  await until(() => consumer.statuses.at(-1) === 'running');
  const firstCopies = [...new Set(values)];
  for (const user of USERS) {
    const own = firstCopies.filter((value) => value.startsWith(user)).map((value) => Number(value.slice(4)));
    expect(own).toEqual(own.toSorted((a, b) => a - b));
  }
  expect(consumer.statuses).not.toContain('crashed');
}, LIMIT_MS);

it('refuses to publish within a few seconds when no broker answers, and works again afterwards', async () => {
  await inbox.publish(['before']);
  await kafka().kill();
  const startedAt = performance.now();
  await expect(inbox.publish(['lost?'])).rejects.toThrow();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  await kafka().restart();
  await until(() => inbox.publish(['after']).then(() => true, () => false));
  const values: string[] = [];
  await inbox.consume(collecting(values));
  await until(() => values.includes('before') && values.includes('after'));
}, LIMIT_MS);

it('finishes what it has in hand when the broker is away only while it is processed', async () => {
  await inbox.publish(Array.from({ length: 30 }, (_, index) => `${USERS[index % USERS.length]}-${index}`), (value) => value.slice(0, 3));
  const values: string[] = [];
  let crashed = false;
  await inbox.consume(async (batches, session) => {
    if (!crashed) {
      crashed = true;
      await kafka().restart();
    }
    await collecting(values)(batches, session);
  });
  await until(() => new Set(values).size === 30);
}, LIMIT_MS);
