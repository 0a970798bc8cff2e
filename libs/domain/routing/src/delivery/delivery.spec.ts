import { ALICE, ALICES_PHONE, BOB, device, HOUR_MS, image, LAPTOP, PHONE, Scenario, START, TABLET, text } from '../scenario.fixture.js';
import { delivery } from './delivery.aggregate.js';
import { KEPT_AFTER_EXPIRY_MS } from './delivery-id.js';
import type { CpmAddress } from '@cpm/vocabulary';

const reachable = () => new Scenario().subscriber().access(PHONE, 'AVAILABLE').access(TABLET, 'AVAILABLE');
const unreachable = () => new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE');

describe('dispositions', () => {
  it('of every device are evidence, in one record per command and in order', () => {
    const scenario = reachable().offer().fresh().report(TABLET, 'displayed').report(PHONE, 'delivered').report(PHONE, 'displayed');
    expect(scenario.of('DispositionEvidence').map(({ items }) => items.map((item: { status: string }) => item.status))).toEqual([['delivered', 'displayed'], ['delivered'], ['displayed']]);
    expect(scenario.of('DispositionEvidence')[0]).toMatchObject({
      messageId: 'm1', sender: ALICE, recipient: BOB, originDevice: ALICES_PHONE, service: 'standalone', requested: ['positive-delivery', 'negative-delivery', 'display'],
    });
    expect(scenario.of('ChangeObject')).toMatchObject([{ change: 'seen', readReport: true, device: TABLET, direction: 'In', party: ALICE }, { change: 'seen', device: PHONE }]);
    expect(scenario.timers).toEqual({});
  });

  it('count once per device', () => {
    const scenario = reachable().offer().report(PHONE, 'displayed').fresh().report(PHONE, 'displayed').report(PHONE, 'delivered');
    expect(scenario.published).toEqual([]);
  });

  it('carry the reader\'s setting of the moment', () => {
    const scenario = reachable().offer().subscriber([device(PHONE), device(TABLET)], { preferences: { sendReadReports: false } });
    scenario.report(PHONE, 'displayed').subscriber([device(PHONE), device(TABLET)]).report(TABLET, 'displayed');
    const items = scenario.of('DispositionEvidence').flatMap(({ items: each }) => each) as { status: string; permitted: boolean }[];
    expect(items.map(({ status, permitted }) => [status, permitted])).toEqual([['delivered', true], ['displayed', false], ['delivered', true], ['displayed', true]]);
  });

  it('of a device that has it from the store only mark the stored object', () => {
    const scenario = reachable().offer().fresh().report(LAPTOP, 'delivered').report(LAPTOP, 'displayed');
    expect(scenario.published.map(({ type }) => type)).toEqual(['ChangeObject']);
  });

  it('of an unknown message are no error', () => {
    const scenario = reachable().report(PHONE, 'displayed');
    expect(scenario.published).toEqual([]);
    expect(delivery.removableAt?.(scenario.delivery)).toBe(START + KEPT_AFTER_EXPIRY_MS);
  });

  it('of the Primary stop an SMS that has not left', () => {
    const scenario = reachable().access(PHONE, 'AVAILABLE', 'AVAILABLE').offer();
    scenario.advance(10);
    scenario.fresh().report(PHONE, 'delivered');
    expect(scenario.of('CancelSms')).toMatchObject([{ attempt: 1, reason: 'acknowledged' }]);
    expect(scenario.legs()).toMatchObject({ phone: 'DELIVERED SMS(acknowledged)' });
  });
});

describe('expiry', () => {
  it('ends what nobody got, once, and tells the sender', () => {
    const scenario = unreachable().offer();
    scenario.advance(3600);
    expect(scenario.legs()).toEqual({ tablet: 'EXPIRED DEFER(expired)', phone: 'EXPIRED DEFER(expired)' });
    expect(scenario.evidence()).toEqual(['failed EXPIRY']);
    expect(scenario.timers).toEqual({});
    scenario.fresh().access(PHONE, 'AVAILABLE').access(TABLET, 'AVAILABLE').advance(60);
    expect(scenario.published).toEqual([]);
  });

  it('is no failure when one device has it; unfetched frames are withdrawn', () => {
    const scenario = reachable().offer().report(PHONE, 'delivered').fresh();
    scenario.advance(3600);
    expect(scenario.evidence()).toEqual([]);
    expect(scenario.legs()).toEqual({ tablet: 'EXPIRED FULL(expired)', phone: 'DELIVERED FULL(acknowledged)' });
    expect(scenario.of('WithdrawFrame')).toEqual([{ user: BOB, devices: [TABLET], frameKey: 'msg|m1' }]);
  });

  it.each([['delivered', ['delivered SMS'], 'DELIVERED SMS(sms-delivered)'], ['failed', ['failed EXPIRY'], 'EXPIRED SMS(sms-failed)'], ['expired', ['failed EXPIRY'], 'EXPIRED SMS(sms-expired)']] as const)(
    'leaves it to an SMS on its way: %s', (status, evidence, leg) => {
      const scenario = unreachable().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer().sms('submitted').fresh();
      scenario.advance(3600);
      expect(scenario.evidence()).toEqual([]);
      scenario.sms(status);
      expect(scenario.evidence()).toEqual(evidence);
      expect(scenario.legs()).toMatchObject({ phone: leg });
    });

  it('stops an SMS that has not left', () => {
    const scenario = unreachable().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer().fresh();
    scenario.advance(3600);
    expect(scenario.of('CancelSms')).toMatchObject([{ reason: 'expired' }]);
    expect(scenario.sms('cancelled').legs()).toMatchObject({ phone: 'EXPIRED SMS(sms-cancelled)' });
    expect(scenario.evidence()).toEqual(['failed EXPIRY']);
  });

  it('is no failure after a credited notification', () => {
    const scenario = unreachable().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer(image()).ucn('submitted').ucn('delivered').fresh();
    scenario.advance(3600);
    expect(scenario.evidence()).toEqual([]);
    expect(scenario.legs()).toMatchObject({ phone: 'EXPIRED UCN(expired)' });
  });

  it('also tells the sender when every device was skipped', () => {
    const scenario = new Scenario().subscriber([device(PHONE, { capabilities: { ...device(PHONE).capabilities, services: [] } })]).offer();
    scenario.advance(3600);
    expect(scenario.evidence()).toEqual(['failed EXPIRY']);
  });

  it('of a message that comes too late refuses it', () => {
    const scenario = reachable().offer(text('late', { expiresAt: START })).access(PHONE, 'AVAILABLE', 'AVAILABLE');
    expect(scenario.frames()).toEqual([]);
    expect(scenario.evidence()).toEqual(['failed EXPIRY']);
  });

  it('lets the document go a week later, and not before the delivery is closed', () => {
    const scenario = unreachable().offer();
    expect(delivery.isOpen?.(scenario.delivery)).toBe(true);
    expect(delivery.removableAt?.(scenario.delivery)).toBeUndefined();
    scenario.advance(3600);
    expect(delivery.isOpen?.(scenario.delivery)).toBe(false);
    expect(delivery.removableAt?.(scenario.delivery)).toBe(START + HOUR_MS + KEPT_AFTER_EXPIRY_MS);
  });
});

describe('revocation', () => {
  const answers = (scenario: Scenario) => scenario.frames().filter(({ user }) => user === ALICE).map(({ data }) => data);

  it('takes back what no device has acknowledged', () => {
    const scenario = reachable().access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').offer().fresh().revoke();
    expect(scenario.legs()).toEqual({ tablet: 'REVOKED FULL(revoked)', phone: 'REVOKED DEFER(revoked)' });
    expect(scenario.of('WithdrawFrame')).toMatchObject([{ devices: [TABLET], frameKey: 'msg|m1' }]);
    expect(scenario.of('ChangeObject')).toMatchObject([{ user: BOB, change: 'removed', direction: 'In' }]);
    expect(scenario.frames().filter(({ user }) => user === BOB)).toMatchObject([{ devices: [TABLET], type: 'message.revoked', data: { id: 'm1' } }]);
    expect(scenario.frames().filter(({ user }) => user === ALICE)).toMatchObject([{ devices: [ALICES_PHONE], type: 'message.revoked', data: { id: 'm1', recipient: BOB, outcome: 'revoked' } }]);
    scenario.fresh().access(PHONE, 'AVAILABLE').advance(7200);
    expect(scenario.published).toEqual([]);
  });

  it('stops an SMS that has not left', () => {
    const scenario = unreachable().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer().fresh().revoke();
    expect(scenario.of('CancelSms')).toMatchObject([{ reason: 'revoked' }]);
    expect(answers(scenario)).toMatchObject([{ outcome: 'revoked' }]);
  });

  it.each([
    ['a device has it', () => reachable().offer().report(TABLET, 'delivered')],
    ['the SMS left', () => unreachable().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer().sms('submitted')],
    ['the SMS left and failed', () => unreachable().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer().sms('submitted').sms('failed')],
    ['the SMS may have left', () => unreachable().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer().sms('unknown')],
    ['a notification was delivered', () => unreachable().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer(image()).ucn('delivered')],
  ])('is too late when %s', (_name, make) => {
    const scenario = make();
    const before = scenario.legs();
    scenario.fresh().revoke();
    expect(scenario.published.map(({ type }) => type)).toEqual(['PushFrame']);
    expect(answers(scenario)).toEqual([{ id: 'm1', recipient: BOB, outcome: 'too-late' }]);
    expect(scenario.legs()).toEqual(before);
  });

  it('is answered again, and only that, when repeated', () => {
    const scenario = reachable().offer().revoke().fresh().revoke();
    expect(scenario.published).toHaveLength(1);
    expect(answers(scenario)).toMatchObject([{ outcome: 'revoked' }]);
  });

  it('knows nothing of a message that is not there or not the asker\'s', () => {
    expect(answers(reachable().revoke())).toEqual([{ id: 'm1', recipient: BOB, outcome: 'unknown' }]);
    const eve = 'tel:+4915130000003' as CpmAddress;
    const scenario = reachable().offer().fresh().revoke(eve);
    expect(scenario.published).toHaveLength(1);
    expect(scenario.frames()).toMatchObject([{ user: eve, data: { outcome: 'unknown' } }]);
    expect(scenario.legs()).toMatchObject({ phone: 'PUSHED FULL(ip-available)' });
  });
});
