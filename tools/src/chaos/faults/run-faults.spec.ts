import type { System } from '../../start/start-system.js';
import type { Fault, FaultOutcome, Injector, PlannedFault } from './fault.js';
import { runFaults, type FaultRun } from './run-faults.js';

const system = {} as System;
const kill = (service: 'routing' | 'client-edge', atMs: number): PlannedFault => ({ kind: 'process-kill', service, replica: 1, atMs, forMs: 0 });
const brokerAway = (broker: number, atMs: number, forMs: number): PlannedFault => ({ kind: 'broker-kill', broker, atMs, forMs });

/** Runs a plan with an injector that writes down what it does. */
function play(plan: readonly PlannedFault[], injectorFor: (fault: Fault) => Partial<Injector> = () => ({}), more: Partial<FaultRun> = {}) {
  const steps: string[] = [];
  const journal: { began: PlannedFault[]; ended: FaultOutcome[] } = { began: [], ended: [] };
  const nameOf = (fault: Fault) => ('broker' in fault ? `broker ${fault.broker}` : fault.kind);
  const injectors = (fault: Fault): Injector => ({
    target: 'what was hit',
    inject: () => {
      steps.push(`${nameOf(fault)} begins`);
      return Promise.resolve(() => { steps.push(`${nameOf(fault)} is undone`); return Promise.resolve(); });
    },
    hasRecovered: () => { steps.push(`${nameOf(fault)} is over`); return Promise.resolve(true); },
    ...injectorFor(fault),
  });
  const run = runFaults({ system, plan, journal: { began: (fault) => journal.began.push(fault), ended: (outcome) => journal.ended.push(outcome) }, tell: () => undefined, injectors, ...more });
  return { run, steps, journal };
}

it('injects, undoes and waits for the recovery, and writes it down', async () => {
  const { run, steps, journal } = play([brokerAway(1, 0, 60)]);
  const outcomes = await run;
  expect(steps).toEqual(['broker 1 begins', 'broker 1 is undone', 'broker 1 is over']);
  expect(journal.began).toEqual([brokerAway(1, 0, 60)]);
  expect(journal.ended).toEqual(outcomes);
  expect(outcomes).toMatchObject([{ kind: 'broker-kill', target: 'what was hit' }]);
  expect(outcomes[0]?.lastedMs).toBeGreaterThanOrEqual(55);
  expect(outcomes[0]?.recoveredAfterMs).toBeLessThan(1_000);
});

it('keeps a second broker until the first one is back, however long that takes', async () => {
  let polls = 0;
  const slow = (fault: Fault): Partial<Injector> => ('broker' in fault && fault.broker === 1 ? { hasRecovered: () => Promise.resolve((polls += 1) > 3) } : {});
  const { run, steps } = play([brokerAway(1, 0, 0), brokerAway(2, 1, 0)], slow);
  await run;
  expect(polls).toBe(4);
  expect(steps).toEqual(['broker 1 begins', 'broker 1 is undone', 'broker 2 begins', 'broker 2 is undone', 'broker 2 is over']);
});

it('lets another resource have its fault meanwhile', async () => {
  const over = new Set<string>();
  const { run } = play([brokerAway(1, 0, 0), kill('routing', 1)], (fault) => ({
    hasRecovered: () => {
      if (fault.kind === 'process-kill') over.add('kill');
      return Promise.resolve(fault.kind === 'process-kill' || over.has('kill'));
    },
  }));
  expect((await run).map(({ kind }) => kind)).toEqual(['process-kill', 'broker-kill']);
});

it('goes on after a fault that could not be injected, and says why', async () => {
  const { run } = play([kill('routing', 0), kill('routing', 1)], (fault) => ('atMs' in fault && fault.atMs === 0 ? { inject: () => Promise.reject(new Error('no such process')) } : {}));
  const [first, second] = await run;
  expect(first).toMatchObject({ failure: 'no such process', recoveredAfterMs: undefined });
  expect(second?.failure).toBeUndefined();
});

it('undoes what is in force and leaves the rest out when it is ended', async () => {
  const ending = new AbortController();
  const { run, steps } = play([brokerAway(1, 0, 60_000), kill('routing', 60_000)], (fault) => ('broker' in fault ? { target: 'it' } : {}), { signal: ending.signal });
  while (steps.length === 0) await new Promise((resolve) => setImmediate(resolve));
  ending.abort();
  expect(await run).toHaveLength(1);
  expect(steps).toEqual(['broker 1 begins', 'broker 1 is undone', 'broker 1 is over']);
});
