import { requirement } from '@cpm/runtime-decider';
import { DEFAULT_POLICY, type AccessState, type Policy } from '@cpm/vocabulary';
import fc from 'fast-check';
import { PHONE, Reachability, TABLET, connection, cs, evidence, seconds } from './access.fixture.js';
import { accessView } from './access-view.js';
import type { Evidence, Subject } from './evidence.js';
import { SIM } from './evidence.js';

const FLAPPING_MS = DEFAULT_POLICY['access.flappingSec'] * 1000;

const source = fc.constantFrom('connection/1', 'connection/2', 'connection/3', 'reginfo', 't8', 'push-timeout', 'smpp-alert', 'smpp-receipt');
const state = fc.constantFrom<AccessState>('AVAILABLE', 'UNAVAILABLE', 'UNKNOWN');

function evidenceAt(second: number): fc.Arbitrary<Evidence> {
  return fc.record({
    subject: fc.constantFrom<Subject>(PHONE, TABLET, SIM), access: fc.constantFrom('IP', 'CS'), source, state,
    confidence: fc.constantFrom('DELIVERABLE', 'HINT'), cause: fc.constantFrom('absent-subscriber', 'barred', 'memory-full', 'memory-available'), life: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  }).map(({ life, ...said }) => evidence({
    ...said, at: second, ...(said.source === 'push-timeout' && { state: 'SUSPECT' as const }), ...(life !== undefined && { until: second + life }),
  }));
}

/** Evidence of distinct instants, and the same in another order. */
const evidenceInTwoOrders = fc.integer({ min: 1, max: 24 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => evidenceAt(index + 1))))
  .chain((said) => fc.tuple(fc.constant(said), fc.shuffledSubarray(said, { minLength: said.length })));

const anyPolicy = fc.record({ 'access.staleAfterSec': fc.constantFrom(0, 20, 40), 'ip.trustRadioHints': fc.boolean() })
  .map((change): Policy => ({ ...DEFAULT_POLICY, ...change }));

/** Everything said by second 30, in this order, and judged at second 45. */
function accessAfter(said: readonly Evidence[], knownBefore: number, policy: Policy) {
  const reachability = new Reachability(policy).until(30);
  said.forEach((each, index) => {
    if (index === knownBefore) reachability.know();
    reachability.say(each);
  });
  if (knownBefore >= said.length) reachability.know();
  reachability.until(45);
  expect(reachability.state.devices.map(({ ip, cs: csState }) => [ip, csState]))
    .toEqual(accessView(reachability.state, seconds(45)).devices.map(({ ip, cs: csState }) => [ip, csState]));
  return reachability.state.devices.map(({ id, ip, cs: csState }) => ({ id, ip, cs: csState }));
}

requirement('CPM-MLD-035', () => {
  it('ends in the same access whatever order evidence arrives in, and whenever the subscriber becomes known', () =>
    fc.assert(fc.property(evidenceInTwoOrders, fc.nat(24), fc.nat(24), anyPolicy, ([said, shuffled], one, other, policy) => {
      expect(accessAfter(shuffled, other, policy)).toEqual(accessAfter(said, one, policy));
    }), { numRuns: 1000 }));

  it('has one hold under flapping: none begins while one runs, nor within a minute of one that ended in vain', () =>
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()), { maxLength: 40 }), (steps) => {
      const reachability = new Reachability().know().say(connection(0, 'UNAVAILABLE'));
      let second = 0;
      for (const [pause, isUp] of steps) reachability.say(cs((second += pause), isUp ? 'AVAILABLE' : 'UNAVAILABLE'));
      const holds = reachability.until(second + 100).told.filter(({ reason }) => reason === 'ip-preference-hold-started').map(({ holdUntil = 0 }) => holdUntil);
      holds.slice(1).forEach((until, index) => expect(until - 15_000).toBeGreaterThanOrEqual((holds[index] ?? 0) + FLAPPING_MS));
      const ends = reachability.told.filter(({ reason }) => reason === 'ip-preference-hold-ended');
      expect(ends.map(({ at }) => at)).toEqual(holds);
    }), { numRuns: 500 }));

  it('does not await IP for ever when it flaps: the Primary is free for CS a wait and a minute after the first of close losses', () =>
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 60 }), (pauses) => {
      const reachability = new Reachability().know().say(cs(0, 'AVAILABLE')).until(20);
      let second = 20;
      let [first, last] = [-Infinity, -Infinity];
      pauses.forEach((pause, step) => {
        reachability.say(connection((second += pause), step % 2 === 0 ? 'AVAILABLE' : 'UNAVAILABLE'));
        if (step % 2 === 0) return;
        if (second - last > 60) first = second;
        last = second;
        const { holdUntil } = reachability.told.at(-1) ?? {};
        expect(holdUntil).toBe(second >= first + 75 ? undefined : seconds(Math.min(second, first + 60) + 15));
      });
    }), { numRuns: 500 }));

  it('never holds while IP is available, never beyond the policy, and tells only changes', () =>
    fc.assert(fc.property(evidenceInTwoOrders, anyPolicy, ([, shuffled], policy) => {
      const reachability = new Reachability(policy).know();
      shuffled.forEach((each) => reachability.say(each));
      const lines = new Map<string, string>();
      for (const { at, device, ip, cs: csState, holdUntil } of reachability.until(200).told) {
        if (holdUntil !== undefined) expect([device, ip === 'AVAILABLE', holdUntil > at, holdUntil <= at + 15_000]).toEqual([PHONE, false, true, true]);
        const line = [ip, csState, holdUntil].join(' ');
        expect(line).not.toBe(lines.get(device) ?? 'UNKNOWN UNKNOWN ');
        lines.set(device, line);
      }
    }), { numRuns: 500 }));
});
