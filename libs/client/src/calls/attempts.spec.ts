import { until } from '../testing/box-under-test.js';
import { Attempts } from './attempts.js';
import { Backoff } from './backoff.js';
import { CpmProblem } from './problem.js';

const NEVER_MS = 1e9;
let outcomes: (Error | undefined)[];
let times: number;
let failures: unknown[];
const attemptsWith = (waitMs: number, attempt = async () => {
  times += 1;
  const outcome = outcomes.shift();
  if (outcome) throw outcome;
}) => new Attempts({ attempt, failed: (error) => failures.push(error), backoff: new Backoff(waitMs, waitMs) });
const settled = () => new Promise((resolve) => {
  setTimeout(resolve, 20);
});

beforeEach(() => {
  [outcomes, times, failures] = [[], 0, []];
});

it('waits for a connection, and does then what was asked for before', async () => {
  const attempts = attemptsWith(1);
  attempts.wake();
  await settled();
  expect(times).toBe(0);
  attempts.online();
  await until(() => times === 1);
});

it('does once more what is asked for while it runs, however often', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const attempts = attemptsWith(1, () => {
    times += 1;
    return promise;
  });
  attempts.online();
  for (let asked = 0; asked < 5; asked += 1) attempts.wake();
  expect(times).toBe(1);
  resolve();
  await settled();
  expect(times).toBe(2);
});

it('comes back by itself after a failure, and goes on waiting whatever is asked for', async () => {
  outcomes = [new Error('a'), new Error('b')];
  const attempts = attemptsWith(2);
  attempts.online();
  await until(() => times === 3);
  expect(failures).toHaveLength(2);
  const patient = attemptsWith(NEVER_MS);
  outcomes = [new Error('c')];
  patient.online();
  await until(() => times === 4);
  patient.wake();
  await settled();
  expect(times).toBe(4);
  patient.offline();
});

it('waits no longer once the connection is there anew, and not at all without one', async () => {
  outcomes = [new Error('a')];
  const attempts = attemptsWith(NEVER_MS);
  attempts.online();
  await until(() => failures.length === 1);
  attempts.offline();
  attempts.wake();
  await settled();
  expect(times).toBe(1);
  attempts.online();
  await until(() => times === 2);
});

it('waits as long as the server asks', async () => {
  outcomes = [new CpmProblem(503, 'busy', '', [], NEVER_MS)];
  const attempts = attemptsWith(1);
  attempts.online();
  await settled();
  expect(times).toBe(1);
  attempts.offline();
});
