import { requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import { Notifications, START } from './ucn-bundle.fixture.js';

const MESSAGES = ['a', 'b', 'c', 'd', 'e'];
const message = fc.constantFrom(...MESSAGES);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('ask' as const), message, lifeMs: fc.constantFrom(20_000, 3_600_000) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('cancel' as const), message }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(1, 10_000, 30_000, 60_000) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('window' as const), sec: fc.constantFrom(0, 30, 60) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('accept' as const), place: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('refuse' as const), place: fc.nat(5), how: fc.constantFrom('later' as const, 'never' as const, 'unknown' as const) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('receipt' as const), place: fc.nat(5), state: fc.constantFrom('DELIVERED' as const, 'UNDELIVERABLE' as const) }) },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('read' as const), count: fc.integer({ min: 1, max: 6 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function play(phone: Notifications, one: Step): void {
  if (one.does === 'ask') phone.ask(one.message, { expiresAt: START + one.lifeMs });
  else if (one.does === 'cancel') phone.cancel(one.message);
  else if (one.does === 'pass') phone.pass(one.ms);
  else if (one.does === 'read') phone.read(one.count);
  else if (one.does === 'window') phone.policy = { ...phone.policy, 'ucn.aggregateWindowSec': one.sec };
  else if (phone.left.length === 0) return;
  else if (one.does === 'accept') phone.accept(one.place % phone.left.length);
  else if (one.does === 'refuse') phone.refuse(one.how, one.place % phone.left.length);
  else phone.receipt(one.state, one.place % phone.left.length);
}

requirement('CPM-MLD-029', () => {
  it('tells of every message once, and ends for every message, in whatever order requests, cancellations, answers and time come, twice or once', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 50, size: 'max' }), fc.integer({ min: 1, max: 2 }), fc.boolean(), (steps, copies, isHeld) => {
      const phone = new Notifications();
      Object.assign(phone, { copies, isHeld });
      const ended = new Set<string>();
      for (const one of steps) {
        const before = phone.left.length;
        play(phone, one);
        // Nothing leaves that tells of what is known to be cancelled or expired.
        for (const { smsId } of phone.left.slice(before)) expect(phone.toldBy(smsId).filter((id) => ended.has(id))).toEqual([]);
        for (const id of MESSAGES) if (phone.told.includes(`${id} 1 cancelled`) || phone.told.includes(`${id} 1 expired`)) ended.add(id);
      }
      phone.isHeld = false;
      phone.read(Infinity).pass(8 * 24 * 3_600_000);

      const texts = [...new Set(phone.left.map(({ smsId }) => smsId))];
      const toldOf = texts.flatMap((smsId) => phone.toldBy(smsId));
      expect(toldOf.length).toBe(new Set(toldOf).size);
      for (const id of MESSAGES) {
        const told = phone.told.filter((line) => line.startsWith(`${id} `)).map((line) => line.split(' ')[2] ?? '');
        expect(new Set(told).size).toBe(told.length);
        const asked = steps.findIndex((one) => one.does === 'ask' && one.message === id);
        const ends = told.filter((status) => status !== 'submitted');
        if (asked >= 0) expect(ends.length).toBeGreaterThan(0);
        // A delivery may follow a failure that was not final after all; no failure follows another.
        expect(ends.filter((status) => status !== 'delivered').length).toBeLessThanOrEqual(1);
        if (told.includes('submitted')) expect(toldOf).toContain(id);
      }
      // Of what a summary stands for, all that became of it is told of all.
      for (const smsId of texts.filter((one) => phone.toldBy(one).length > 1)) {
        const delivered = phone.toldBy(smsId).map((id) => phone.told.includes(`${id} 1 delivered`));
        expect(new Set(delivered).size).toBe(1);
      }
    }), { numRuns: 300 });
  });
});
