import { SERVICES } from '@cpm/runtime-decider';
import fc from 'fast-check';
import { resourceOf, type PlannedFault } from './fault.js';
import { FAULT_KINDS, planFaults, type Targets } from './plan.js';

const targets: Targets = { services: SERVICES, replicas: 2, brokers: 3, hasBrokerDisk: true, hasSmsc: true };
const seeds = fc.integer({ min: 0, max: 0x7fffffff });

/** Pairs of faults of which the second comes while the first one's cause is there. */
function overlaps(plan: readonly PlannedFault[]): [PlannedFault, PlannedFault][] {
  return plan.flatMap((first, index) => plan.slice(index + 1)
    .filter((second) => second.atMs <= first.atMs + first.forMs)
    .map((second): [PlannedFault, PlannedFault] => [first, second]));
}

it('plans the same for the same seed, and something else for another', () => {
  expect(planFaults(7, 20, targets)).toEqual(planFaults(7, 20, targets));
  expect(planFaults(7, 20, targets)).not.toEqual(planFaults(8, 20, targets));
});

it('plans at least 110 faults in twenty minutes, of every kind', () => {
  fc.assert(fc.property(seeds, (seed) => {
    const plan = planFaults(seed, 20, targets);
    expect(plan.length).toBeGreaterThanOrEqual(110);
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
  }));
});

it('reaches every process, every broker and every dependency in the long run', () => {
  const plan = planFaults(1, 240, targets);
  const hit = (kind: PlannedFault['kind'], of: (fault: PlannedFault) => unknown) => new Set(plan.filter((fault) => fault.kind === kind).map(of));
  expect(hit('process-kill', (fault) => 'replica' in fault && `${fault.service}/${fault.replica}`).size).toBe(SERVICES.length * 2);
  expect(hit('broker-kill', (fault) => 'broker' in fault && fault.broker)).toEqual(new Set([1, 2, 3]));
  expect(hit('connections-cut', resourceOf)).toEqual(new Set(['kafka', 'mongo', 'smsc']));
  expect(hit('clock-skew', (fault) => fault.kind === 'clock-skew' && fault.offsetMs)).toEqual(new Set([30_000, -30_000]));
});

it('takes one broker and one mongod away at a time, and breaks a service in one way at a time', () => {
  fc.assert(fc.property(seeds, fc.integer({ min: 1, max: 60 }), (seed, minutes) => {
    const clashes = overlaps(planFaults(seed, minutes, targets)).filter(([first, second]) => resourceOf(first) === resourceOf(second));
    expect(clashes).toEqual([]);
  }));
});

it('lets faults of different parts overlap', () => {
  expect(overlaps(planFaults(1, 20, targets)).length).toBeGreaterThan(20);
});

it('is sorted, and takes every cause away before the time is over', () => {
  fc.assert(fc.property(seeds, fc.integer({ min: 1, max: 60 }), (seed, minutes) => {
    const plan = planFaults(seed, minutes, targets);
    expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).sort((a, b) => a - b));
    expect(plan.every(({ atMs, forMs }) => atMs >= 0 && forMs >= 0 && atMs + forMs <= minutes * 60_000)).toBe(true);
  }));
});

it('leaves out what the system does not offer', () => {
  const plan = planFaults(3, 20, { ...targets, hasBrokerDisk: false, hasSmsc: false });
  const offered = FAULT_KINDS.filter((kind) => kind !== 'disk-full' && kind !== 'smsc-drop');
  expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(offered));
  expect(plan.some((fault) => fault.kind === 'connections-cut' && fault.to === 'smsc')).toBe(false);
  expect(plan.length).toBeGreaterThanOrEqual(110);
});

it('stalls a process for longer than a consumer may be silent', () => {
  const stalls = planFaults(1, 60, targets).filter(({ kind }) => kind === 'process-stall');
  expect(stalls.every(({ forMs }) => forMs >= 15_000)).toBe(true);
});

it('holds updates of what writes all the time, for as long as others need to take over', () => {
  const held = planFaults(1, 60, targets).flatMap((fault) => (fault.kind === 'late-write' ? [fault] : []));
  expect(new Set(held.map(({ service }) => service))).toEqual(new Set(['routing', 'client-edge', 'message-store-sync', 'report-aggregation']));
  expect(held.every(({ forMs }) => forMs >= 35_000)).toBe(true);
});
