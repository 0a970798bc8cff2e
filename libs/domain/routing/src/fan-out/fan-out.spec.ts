import { DEFAULT_POLICY } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import { ALICE, ALICES_PHONE, BOB, device, HOUR_MS, image, LAPTOP, NEW_PHONE, PHONE, Scenario, START, TABLET, text } from '../scenario.fixture.js';
import { quietUntil } from './device-preference.js';

const everywhere = (scenario: Scenario) => scenario.access(PHONE, 'AVAILABLE').access(TABLET, 'AVAILABLE');
const rule = (change: object) => ({ deviceId: TABLET, services: ['standalone' as const], mode: 'skip' as const, ...change });

requirement('CPM-MLD-001', () => {
  it('gives the full message to every device with IP, in one frame, and keeps it in both stores', () => {
    const scenario = everywhere(new Scenario().subscriber()).offer();
    expect(scenario.legs()).toEqual({ tablet: 'PUSHED FULL(ip-available)', phone: 'PUSHED FULL(ip-available)' });
    expect(scenario.frames()).toEqual([{
      user: BOB, devices: [TABLET, PHONE], frameKey: 'msg|m1', type: 'message.received', at: START, expiresAt: START + HOUR_MS,
      data: {
        id: 'm1', from: ALICE, to: BOB, conversationId: 'conversation-1', contributionId: 'contribution-1', contentType: 'text/plain', body: 'Hello Bob',
        size: 9, sentAt: '2026-01-05T12:00:00.000Z', dispositionNotification: ['positive-delivery', 'negative-delivery', 'display'],
      },
    }]);
    expect(scenario.of('DepositObject').map(({ user, direction, party }) => [user, direction, party])).toEqual([[BOB, 'In', ALICE], [ALICE, 'Out', BOB]]);
  });

  it('does nothing for a repetition', () => {
    const scenario = everywhere(new Scenario().subscriber()).offer().fresh().offer();
    expect(scenario.published).toEqual([]);
  });

  it('refuses the message of another sender under the same id and leaves the first one alone', () => {
    const eve = 'tel:+4915130000003' as typeof ALICE;
    const scenario = everywhere(new Scenario().subscriber()).offer();
    const before = scenario.delivery;
    scenario.fresh().offer(text('other', { from: eve }));
    expect(scenario.published).toHaveLength(1);
    expect(scenario.of('DispositionEvidence')).toMatchObject([{ sender: eve, recipient: BOB, messageId: 'm1', originDevice: ALICES_PHONE, refused: true, items: [{ status: 'failed' }] }]);
    expect(scenario.delivery).toEqual(before);
  });

  it('notifies a device for which the message is too large or of a foreign type, where it can fetch it', () => {
    const small = device(TABLET, { capabilities: { ...device(TABLET).capabilities, maxBytes: 1000 } });
    const plain = device(LAPTOP, { capabilities: { ...device(LAPTOP).capabilities, contentTypes: ['text/*'] } });
    const scenario = everywhere(new Scenario().subscriber([device(PHONE), small, plain])).access(LAPTOP, 'AVAILABLE').offer(image());
    expect(scenario.legs()).toEqual({ tablet: 'PUSHED NOTIFY(too-large)', laptop: 'PUSHED NOTIFY(content-type)', phone: 'PUSHED FULL(ip-available)' });
    const [full, available, ...more] = scenario.frames();
    expect(more).toEqual([]);
    expect(full).toMatchObject({ devices: [PHONE], type: 'message.received', data: { fileUrl: '/cpm/v1/files/f1' } });
    expect(available).toMatchObject({ devices: [TABLET, LAPTOP], type: 'message.available', data: { objectUrl: '/nms/v1/main/tel%3A%2B4915120000002/objects/in-m1' } });
    expect(available?.data).not.toHaveProperty('fileUrl');
    expect(available?.data).not.toHaveProperty('body');
  });

  it('skips a device without the capability, and targets only whom the provider names', () => {
    const chatOnly = device(TABLET, { capabilities: { ...device(TABLET).capabilities, services: ['chat'] } });
    expect(everywhere(new Scenario().subscriber([device(PHONE), chatOnly])).offer().legs()).toMatchObject({ tablet: 'SKIPPED SKIP(capability)' });
    const legsFor = (targets: 'primary' | 'secondaries') => {
      const scenario = everywhere(new Scenario().subscriber());
      scenario.policy = { ...DEFAULT_POLICY, 'fork.targets': targets };
      return scenario.offer().legs();
    };
    expect(legsFor('primary')).toEqual({ tablet: 'SKIPPED SKIP(policy-target)', phone: 'PUSHED FULL(ip-available)' });
    expect(legsFor('secondaries')).toEqual({ tablet: 'PUSHED FULL(ip-available)', phone: 'SKIPPED SKIP(policy-target)' });
  });

  it.each([
    ['skip, always', rule({}), 'SKIPPED SKIP(preference)'],
    ['notify, always', rule({ mode: 'notify' }), 'PUSHED NOTIFY(preference)'],
    ['skip, in quiet hours', rule({ quietHours: { from: '11:00', to: '13:00', utcOffsetMinutes: 0 } }), 'SKIPPED SKIP(preference)'],
    ['skip, in quiet hours of another zone', rule({ quietHours: { from: '11:00', to: '13:00', utcOffsetMinutes: 120 } }), 'PUSHED FULL(ip-available)'],
    ['skip, for another service', rule({ services: ['chat'] }), 'PUSHED FULL(ip-available)'],
    ['skip, for another device', rule({ deviceId: LAPTOP }), 'PUSHED FULL(ip-available)'],
  ])('follows the user: %s', (_name, deviceRule, expected) => {
    const scenario = everywhere(new Scenario().subscriber([device(PHONE), device(TABLET)], { preferences: { deviceRules: [deviceRule] } })).offer();
    expect(scenario.legs()).toMatchObject({ tablet: expected });
  });

  it('defers for a device without IP until it comes, and pushes to nobody else', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'AVAILABLE').access(TABLET, 'UNAVAILABLE').offer();
    expect(scenario.legs()).toMatchObject({ tablet: 'DEFERRED DEFER(no-ip)' });
    expect(scenario.frames().map(({ devices }) => devices)).toEqual([[PHONE]]);
    scenario.fresh().access(TABLET, 'AVAILABLE');
    expect(scenario.frames().map(({ devices }) => devices)).toEqual([[TABLET]]);
  });

  it('defers again when IP goes before the acknowledgement', () => {
    const scenario = everywhere(new Scenario().subscriber()).offer().access(TABLET, 'UNAVAILABLE');
    expect(scenario.legs()).toMatchObject({ tablet: 'DEFERRED DEFER(ip-lost)', phone: 'PUSHED FULL(ip-available)' });
  });

  it('gives nothing to a device enrolled later, and ends the leg of a removed one', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').offer();
    scenario.subscriber([device(PHONE), device(LAPTOP)]).fresh().access(LAPTOP, 'AVAILABLE').access(PHONE, 'AVAILABLE');
    expect(scenario.legs()).toEqual({ tablet: 'SKIPPED SKIP(device-removed)', phone: 'PUSHED FULL(ip-available)' });
    expect(scenario.frames().map(({ devices }) => devices)).toEqual([[PHONE]]);
  });

  it.each([
    ['unknown-subscriber', new Scenario()],
    ['subscriber-removed', new Scenario().subscriber([device(PHONE)], { removed: true })],
    ['no-device', new Scenario().subscriber([])],
  ])('tells the sender when there is nobody to deliver to: %s', (reason, scenario) => {
    scenario.offer();
    expect(scenario.legs()).toEqual({});
    expect(scenario.evidence()).toEqual(['failed IP']);
    expect(scenario.journey).toEqual([{ at: START, step: 'not deliverable to this recipient', reason }]);
    expect(scenario.timers).toEqual({});
    expect(scenario.of('DepositObject').map(({ direction }) => direction)).toEqual(reason === 'no-device' ? ['In', 'Out'] : ['Out']);
  });

  it('writes one line per leg that a person understands', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').access(TABLET, 'AVAILABLE').offer();
    expect(scenario.journey).toEqual([
      { at: START, step: 'accepted for this recipient' },
      { at: START, step: 'pushed over IP', device: TABLET, form: 'FULL', reason: 'ip-available' },
      { at: START, step: 'handed over to be sent as SMS', device: PHONE, form: 'SMS', reason: 'text-fits-sms' },
    ]);
  });
});

describe('quiet hours', () => {
  const at = (hour: number, minute = 0) => START - 12 * HOUR_MS + hour * HOUR_MS + minute * 60_000;
  const night = { from: '22:00', to: '07:00', utcOffsetMinutes: 0 };

  it.each([[21, 59, undefined], [22, 0, 31], [23, 30, 31], [2, 0, 7], [6, 59, 7], [7, 0, undefined]])('span midnight: %i:%i', (hour, minute, end) => {
    expect(quietUntil(night, at(hour, minute))).toBe(end === undefined ? undefined : at(end));
  });

  it('are those of the user, not of the server', () => {
    expect(quietUntil({ ...night, utcOffsetMinutes: 120 }, at(20))).toBe(at(29));
    expect(quietUntil({ ...night, utcOffsetMinutes: -300 }, at(2))).toBeUndefined();
  });

  it('of no length never come', () => {
    expect(quietUntil({ from: '22:00', to: '22:00', utcOffsetMinutes: 0 }, at(22))).toBeUndefined();
  });
});

requirement('CPM-MLD-027', () => {
  const enrolled = (scenario: Scenario) =>
    scenario.subscriber([device(PHONE, { role: 'secondary' }), device(NEW_PHONE, { role: 'primary' }), device(TABLET)]);

  it('moves a waiting Primary leg to the device that now holds the SIM', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').offer();
    enrolled(scenario).fresh().access(NEW_PHONE, 'AVAILABLE');
    expect(scenario.legs()).toMatchObject({ newPhone: 'PUSHED FULL(ip-available)' });
    expect(scenario.leg(NEW_PHONE)?.role).toBe('primary');
    expect(scenario.leg(PHONE)).toBeUndefined();
  });

  it('takes back the frame that the old Primary has not acknowledged', () => {
    const scenario = everywhere(new Scenario().subscriber()).offer().fresh();
    enrolled(scenario);
    expect(scenario.of('WithdrawFrame')).toEqual([{ user: BOB, devices: [PHONE], frameKey: 'msg|m1' }]);
  });

  it('leaves an SMS on its way alone and moves the leg when it has failed', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer();
    enrolled(scenario);
    expect(scenario.legs()).toMatchObject({ phone: 'SMS_REQUESTED SMS(text-fits-sms)' });
    scenario.sms('submitted').sms('failed');
    expect(scenario.leg(NEW_PHONE)?.role).toBe('primary');
    expect(scenario.leg(PHONE)).toBeUndefined();
  });

  it('exchanges the roles of two legs when a Secondary becomes the Primary', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').offer();
    scenario.subscriber([device(PHONE, { role: 'secondary' }), device(TABLET, { role: 'primary' })]).fresh().access(TABLET, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.of('SubmitSms')).toMatchObject([{ device: TABLET, attempt: 1 }]);
    expect(scenario.legs()).toMatchObject({ phone: 'DEFERRED DEFER(no-ip)' });
  });

  it('takes back the frame that a Secondary never acknowledged before it may get an SMS as the new Primary', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').access(TABLET, 'AVAILABLE').offer().access(TABLET, 'UNAVAILABLE', 'AVAILABLE').fresh();
    scenario.subscriber([device(PHONE, { role: 'secondary' }), device(TABLET, { role: 'primary' })]);
    expect(scenario.published.map(({ type }) => type)).toEqual(['ReconsiderDelivery', 'WithdrawFrame', 'SubmitSms']);
    expect(scenario.of('WithdrawFrame')).toMatchObject([{ devices: [TABLET] }]);
  });

  it('sends no second notification to a Secondary that becomes the Primary', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer(image()).ucn('submitted').ucn('delivered').fresh();
    scenario.subscriber([device(PHONE, { role: 'secondary' }), device(TABLET, { role: 'primary' })]).access(TABLET, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.of('SubmitUcn')).toEqual([]);
  });

  it('after a push that stays unanswered sends nothing by SMS for a device that lost the SIM', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer(image()).access(PHONE, 'AVAILABLE', 'AVAILABLE');
    scenario.subscriber([device(PHONE, { role: 'secondary' }), device(TABLET, { role: 'primary' })]).ucn('cancelled').fresh();
    scenario.advance(10);
    expect(scenario.of('SubmitUcn').filter((ucn) => ucn.device === PHONE)).toEqual([]);
    expect(scenario.leg(TABLET)?.role).toBe('primary');
  });
});
