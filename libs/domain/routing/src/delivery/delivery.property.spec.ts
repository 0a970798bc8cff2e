import fc from 'fast-check';
import { accessState, DEFAULT_POLICY, type AccessState, type DeviceId } from '@cpm/vocabulary';
import type { SmsProgress } from '@cpm/contracts-sms-interworking-gateway';
import { BOB, device, image, NEW_PHONE, PHONE, Scenario, TABLET, text } from '../scenario.fixture.js';
import { DeliveryWatch } from './delivery-watch.fixture.js';

const DEVICES = [PHONE, TABLET, NEW_PHONE] as const;

/** Households by name: who has the SIM, who is registered, who is gone. */
const HOUSEHOLDS = {
  usual: [device(PHONE), device(TABLET)],
  primaryUnregistered: [device(PHONE, { registered: false }), device(TABLET)],
  tabletGone: [device(PHONE)],
  simMoved: [device(PHONE, { role: 'secondary' }), device(NEW_PHONE, { role: 'primary' }), device(TABLET)],
  phoneReplaced: [device(NEW_PHONE, { role: 'primary' }), device(TABLET)],
  simInTablet: [device(PHONE, { role: 'secondary' }), device(TABLET, { role: 'primary' })],
} as const;

type Step =
  | { readonly kind: 'access'; readonly device: DeviceId; readonly ip: AccessState; readonly cs: AccessState; readonly holdSec: number }
  | { readonly kind: 'household'; readonly name: keyof typeof HOUSEHOLDS }
  | { readonly kind: 'removed' | 'revoke' | 'offer' }
  | { readonly kind: 'report'; readonly device: DeviceId; readonly status: 'delivered' | 'displayed' }
  | { readonly kind: 'sms'; readonly pick: number }
  | { readonly kind: 'wait'; readonly seconds: number };

const anyDevice = fc.constantFrom(...DEVICES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('access' as const), device: anyDevice, ip: fc.constantFrom(...accessState.options), cs: fc.constantFrom(...accessState.options), holdSec: fc.constantFrom(0, 0, 15) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('sms' as const), pick: fc.nat(99) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 5, 10, 11, 60) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('report' as const), device: anyDevice, status: fc.constantFrom('delivered' as const, 'displayed' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('household' as const), name: fc.constantFrom(...(Object.keys(HOUSEHOLDS) as (keyof typeof HOUSEHOLDS)[])) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('removed' as const, 'revoke' as const, 'offer' as const) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'wait' as const, seconds: 3600 }) },
);

const setting = fc.record({
  content: fc.constantFrom('text', 'image'),
  creditOn: fc.constantFrom('STATUS_REPORT' as const, 'SMSC_ACK' as const),
  immediateDelivery: fc.boolean(),
  onUnknownOutcome: fc.constantFrom('drop' as const, 'retry-once' as const),
});

/** What an honest gateway may say next of a text it was given. */
function progressFor(watch: DeliveryWatch, pick: number): Partial<SmsProgress> & { status: SmsProgress['status'] } | undefined {
  const pending = watch.pendingTexts();
  const chosen = pending[pick % Math.max(1, pending.length)];
  if (!chosen) return undefined;
  const { device: to, attempt, form, state, cancelAsked } = chosen;
  const choices: SmsProgress['status'][] = state === 'requested' ? ['submitted', 'submitted', 'failed', 'unknown', ...(cancelAsked ? ['cancelled', 'cancelled'] as const : [])] : ['delivered', 'failed', 'expired', 'unknown'];
  return { device: to, attempt, form, status: choices[Math.floor(pick / 7) % choices.length] ?? 'failed' };
}

function play(scenario: Scenario, watch: DeliveryWatch, each: Step): void {
  switch (each.kind) {
    case 'access': {
      const { device: of, ip, cs, holdSec } = each;
      const holdUntil = holdSec > 0 ? scenario.now + holdSec * 1000 : undefined;
      watch.accessIs(of, { ip, cs, holdUntil });
      scenario.access(of, ip, cs, holdUntil);
      return;
    }
    case 'household':
      watch.household(HOUSEHOLDS[each.name]);
      scenario.subscriber(HOUSEHOLDS[each.name]);
      return;
    case 'removed':
      watch.household([]);
      scenario.subscriber(HOUSEHOLDS.usual, { removed: true });
      return;
    case 'revoke':
      scenario.revoke();
      return;
    case 'offer':
      scenario.offer();
      return;
    case 'report':
      scenario.report(each.device, each.status);
      return;
    case 'sms': {
      const progress = progressFor(watch, each.pick);
      if (!progress) return;
      watch.progressIs(progress as SmsProgress);
      scenario.sms(progress.status, progress);
      return;
    }
    case 'wait':
      scenario.advance(each.seconds);
  }
}

describe('any order of access changes, acknowledgements, SMS progress, expiry and revocation', () => {
  it('keeps the invariants of a delivery', () => {
    fc.assert(
      fc.property(setting, fc.array(step, { maxLength: 40 }), (given, steps) => {
        const scenario = new Scenario();
        scenario.policy = { ...DEFAULT_POLICY, 'ucn.creditOn': given.creditOn, 'primary.immediateDelivery': given.immediateDelivery, 'sms.onUnknownOutcome': given.onUnknownOutcome };
        const watch = new DeliveryWatch(scenario, given.content === 'text' ? text() : image());
        watch.household(HOUSEHOLDS.usual);
        scenario.subscriber(HOUSEHOLDS.usual);
        const [first, ...rest] = steps;
        if (first?.kind === 'access') play(scenario, watch, first);
        scenario.offer(watch.message);
        watch.check();
        for (const each of rest) {
          play(scenario, watch, each);
          watch.check();
        }
        finish(scenario, watch);
      }),
      { numRuns: 3000 },
    );
  });
});

/** In the end every text has an outcome and every message is over. */
function finish(scenario: Scenario, watch: DeliveryWatch): void {
  scenario.advance(2 * 3600);
  watch.check();
  for (const { device: to, attempt, form } of watch.pendingTexts()) {
    watch.progressIs({ device: to, attempt, form, status: 'failed' } as SmsProgress);
    scenario.sms('failed', { device: to, attempt, form });
    watch.check();
  }
  expect(scenario.timers).toEqual({});
  const { delivery } = scenario;
  if (delivery.stage === 'none') return;
  const evidence = scenario.evidence();
  const failures = evidence.filter((each) => each.startsWith('failed')).length;
  const delivered = evidence.some((each) => each.startsWith('delivered'));
  if (!delivery.revoked) expect(failures + (delivered ? 1 : 0)).toBeGreaterThanOrEqual(1);
  expect(failures).toBeLessThanOrEqual(1);
  expect(Object.values(scenario.legs()).filter((leg) => !/^(DELIVERED|DISPLAYED|EXPIRED|REVOKED|SKIPPED)/.test(leg))).toEqual([]);
  expect(delivery.recipient).toBe(BOB);
}
