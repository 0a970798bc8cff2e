import { DEFAULT_POLICY, type CpmAddress, type Message, type Policy } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import { ALICE, BOB, device, image, PHONE, Scenario, START, TABLET, text } from '../scenario.fixture.js';

const csOnly = () => new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
const policy = (change: Partial<Policy>): Policy => ({ ...DEFAULT_POLICY, ...change });

requirement('CPM-MLD-028a', () => {
  it('hands a fitting text over as SMS', () => {
    expect(csOnly().offer().of('SubmitSms')).toEqual([
      { user: BOB, messageId: 'm1', sender: ALICE, device: PHONE, attempt: 1, text: 'Hello Bob', conversationId: 'conversation-1', contributionId: 'contribution-1', expiresAt: START + 3_600_000, at: START },
    ]);
  });

  it('names a sender whose number it cannot come from', () => {
    expect(csOnly().offer(text('Hello Bob', { from: 'sip:carol@example.org' as CpmAddress })).of('SubmitSms')).toMatchObject([{ text: 'carol@example.org: Hello Bob' }]);
  });

  it.each([
    ['at the limit', text('x'.repeat(1530)), {}, 'SMS(text-fits-sms)'],
    ['one beyond the limit', text('x'.repeat(1531)), {}, 'UCN(text-too-long)'],
    ['in UCS-2 at the limit', text('ю'.repeat(670)), {}, 'SMS(text-fits-sms)'],
    ['in UCS-2 beyond the limit', text('ю'.repeat(671)), {}, 'UCN(text-too-long)'],
    ['alone in one segment', text('x'.repeat(160)), { 'sms.maxSegments': 1 }, 'SMS(text-fits-sms)'],
    ['in UCS-2 alone in one segment', text('ğ'.repeat(71)), { 'sms.maxSegments': 1 }, 'UCN(text-too-long)'],
    ['in Turkish letters alone in one segment', text('ğ'.repeat(155)), { 'sms.maxSegments': 1, 'sms.nationalLanguages': ['tr'] }, 'SMS(text-fits-sms)'],
    ['in Turkish letters beyond it', text('ğ'.repeat(156)), { 'sms.maxSegments': 1, 'sms.nationalLanguages': ['tr'] }, 'UCN(text-too-long)'],
    ['not sendable', text('a\u0000b'), {}, 'UCN(text-not-sendable)'],
    ['of another type', text('<b>hi</b>', { contentType: 'text/html' }), {}, 'UCN(not-text)'],
    ['with parameters', text('hi', { contentType: 'Text/Plain; charset=utf-8' }), {}, 'SMS(text-fits-sms)'],
    ['stored', text('', { content: { kind: 'stored', contentId: 'f1' } }), {}, 'UCN(not-text)'],
    ['without interworking', text(), { 'sms.interworking': false }, 'UCN(sms-interworking-off)'],
  ] satisfies [string, Message, Partial<Policy>, string][])('a text %s', (_name, message, change, expected) => {
    const scenario = csOnly();
    scenario.policy = policy(change);
    expect(scenario.offer(message).legs().phone?.split(' ')[1]).toBe(expected);
  });

  it('tells of the interworking once, also when the SMSC acknowledges late', () => {
    const scenario = csOnly().offer().sms('delivered').sms('submitted');
    expect(scenario.evidence()).toEqual(['interworked SMS', 'delivered SMS']);
  });

  it('of which nobody knows whether it left is risked once more at once, and no further', () => {
    const scenario = csOnly().offer().sms('unknown');
    expect(scenario.legs()).toMatchObject({ phone: 'SMS_REQUESTED SMS(text-fits-sms)' });
    expect(scenario.of('SubmitSms').map(({ attempt }) => attempt)).toEqual([1, 2]);
    scenario.sms('unknown', { attempt: 2 });
    expect(scenario.legs()).toMatchObject({ phone: 'DEFERRED DEFER(sms-unknown)' });
    expect(scenario.of('SubmitSms')).toHaveLength(2);
  });

  it('of which nobody knows whether it left is not risked again where policy prefers a loss', () => {
    const scenario = csOnly();
    scenario.policy = policy({ 'sms.onUnknownOutcome': 'drop' });
    scenario.offer().sms('unknown');
    expect(scenario.legs()).toMatchObject({ phone: 'DEFERRED DEFER(sms-unknown)' });
    expect(scenario.of('SubmitSms')).toHaveLength(1);
  });

  it('of which nobody knows whether it left goes by IP when that is there by now', () => {
    const scenario = csOnly().offer().access(PHONE, 'AVAILABLE', 'AVAILABLE').sms('unknown');
    expect(scenario.legs()).toMatchObject({ phone: 'PUSHED FULL(ip-available)' });
    expect(scenario.of('SubmitSms')).toHaveLength(1);
  });

  it.each(['failed', 'unknown', 'expired'] as const)('after "%s" waits for a change of the Primary\'s access, then tries again', (status) => {
    const scenario = csOnly().offer().sms('submitted').sms(status);
    expect(scenario.legs()).toMatchObject({ phone: `DEFERRED DEFER(sms-${status})` });
    scenario.access(TABLET, 'AVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: `DEFERRED DEFER(sms-${status})` });
    scenario.access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').fresh().access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.of('SubmitSms')).toMatchObject([{ attempt: 2 }]);
  });

  it('does not repeat a text of unknown outcome where the policy says so', () => {
    const scenario = csOnly();
    scenario.policy = policy({ 'sms.onUnknownOutcome': 'drop' });
    scenario.offer().sms('unknown').access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').fresh().access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.of('SubmitSms')).toEqual([]);
    expect(scenario.legs()).toMatchObject({ phone: 'DEFERRED DEFER(sms-unknown)' });
  });

  it('believes a late receipt of an earlier try', () => {
    const scenario = csOnly().offer().sms('unknown').access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    scenario.fresh().sms('delivered', { attempt: 1 });
    expect(scenario.of('CancelSms')).toMatchObject([{ attempt: 2 }]);
    expect(scenario.legs()).toMatchObject({ phone: 'DELIVERED SMS(sms-delivered)' });
    expect(scenario.evidence()).toContain('delivered SMS');
  });

  it('ignores what is said of an earlier or a future try', () => {
    const scenario = csOnly().offer().sms('failed').access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    const before = scenario.delivery;
    scenario.sms('failed', { attempt: 1 }).sms('delivered', { attempt: 7 });
    expect(scenario.delivery).toEqual(before);
  });
});

requirement('CPM-MLD-029', () => {
  it('notifies the Primary of content that cannot come, in the user\'s language', () => {
    const scenario = new Scenario().subscriber([device(PHONE)], { language: 'fr', preferences: { language: 'de' } }).access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    scenario.offer(image());
    expect(scenario.legs()).toEqual({ phone: 'UCN_REQUESTED UCN(not-text)' });
    expect(scenario.of('SubmitUcn')).toEqual([{
      user: BOB, messageId: 'm1', sender: ALICE, device: PHONE, attempt: 1, contentType: 'image/jpeg', size: 50_000, language: 'de', expiresAt: START + 3_600_000, at: START,
    }]);
  });

  it('notifies once, whatever access does, and pushes the original when IP comes', () => {
    const scenario = csOnly().offer(image()).ucn('submitted').ucn('delivered');
    scenario.access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').access(PHONE, 'UNAVAILABLE', 'AVAILABLE').access(PHONE, 'AVAILABLE', 'AVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: 'CONTENT_PUSHED FULL(ip-available)' });
    scenario.access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: 'UCN_DELIVERED UCN(ip-lost)' });
    scenario.access(PHONE, 'AVAILABLE', 'AVAILABLE').report(PHONE, 'delivered');
    expect(scenario.legs()).toMatchObject({ phone: 'DELIVERED FULL(acknowledged)' });
    expect(scenario.of('SubmitUcn')).toHaveLength(1);
    expect(scenario.frames()).toHaveLength(2);
  });

  it('cancels a notification that has not left when IP comes', () => {
    const scenario = csOnly().offer(image()).fresh().access(PHONE, 'AVAILABLE', 'AVAILABLE');
    expect(scenario.published.map(({ type }) => type)).toEqual(['ReconsiderDelivery', 'CancelSms', 'PushFrame']);
    scenario.ucn('cancelled');
    expect(scenario.legs()).toMatchObject({ phone: 'PUSHED FULL(ip-available)' });
    expect(scenario.timers).toHaveProperty(`push-timeout|${PHONE}`);
  });

  it('asks the SMSC to drop a notification that it has not delivered when IP comes, and pushes in any case', () => {
    const scenario = csOnly().offer(image()).ucn('submitted').fresh().access(PHONE, 'AVAILABLE', 'AVAILABLE');
    expect(scenario.published.map(({ type }) => type)).toEqual(['ReconsiderDelivery', 'CancelSms', 'PushFrame']);
    expect(scenario.legs()).toMatchObject({ phone: 'CONTENT_PUSHED FULL(ip-available)' });
    scenario.ucn('cancelled');
    expect(scenario.legs()).toMatchObject({ phone: 'PUSHED FULL(ip-available)' });
  });

  it('asks for it as well when the sender takes the message back', () => {
    const scenario = csOnly().offer(image()).ucn('submitted').fresh().revoke();
    expect(scenario.of('CancelSms')).toMatchObject([{ attempt: 1, reason: 'revoked' }]);
  });

  it('is not sent where the provider has it off, nor again after an unknown outcome', () => {
    const off = csOnly();
    off.policy = policy({ 'ucn.enabled': false });
    expect(off.offer(image()).legs()).toMatchObject({ phone: 'DEFERRED DEFER(ucn-disabled)' });
    const scenario = csOnly().offer(image()).ucn('unknown').access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: 'DEFERRED DEFER(ucn-unknown)' });
  });

  it('stands in for a text where the user wants notifications only, and rests in quiet hours', () => {
    const rules = (quietHours?: { from: string; to: string; utcOffsetMinutes: number }) =>
      ({ preferences: { deviceRules: [{ deviceId: PHONE, services: ['standalone' as const], mode: 'notify' as const, ...(quietHours && { quietHours }) }] } });
    const scenario = new Scenario().subscriber([device(PHONE)], rules()).access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer();
    expect(scenario.legs()).toEqual({ phone: 'UCN_REQUESTED UCN(preference)' });
    const quiet = new Scenario().subscriber([device(PHONE)], rules({ from: '11:00', to: '12:30', utcOffsetMinutes: 0 })).access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer();
    expect(quiet.legs()).toEqual({ phone: 'DEFERRED DEFER(quiet-hours)' });
    quiet.advance(30 * 60);
    expect(quiet.legs()).toEqual({ phone: 'SMS_REQUESTED SMS(text-fits-sms)' });
  });
});

requirement('CPM-MLD-030', () => {
  it('credits the delivery of a notification, and the content stays owed', () => {
    const scenario = csOnly().offer(image()).ucn('submitted');
    expect(scenario.evidence()).toEqual([]);
    scenario.ucn('delivered');
    expect(scenario.evidence()).toEqual(['delivered UCN']);
    expect(scenario.legs()).toMatchObject({ phone: 'UCN_DELIVERED UCN(ucn-delivered)' });
  });

  it('credits the acceptance by the SMSC where it gives no receipts, once', () => {
    const scenario = csOnly();
    scenario.policy = policy({ 'ucn.creditOn': 'SMSC_ACK' });
    scenario.offer(image()).ucn('submitted').ucn('delivered');
    expect(scenario.evidence()).toEqual(['delivered UCN']);
  });

  it('adds nothing to what a Secondary has acknowledged', () => {
    const scenario = csOnly().access(TABLET, 'AVAILABLE').offer(image()).report(TABLET, 'delivered').ucn('submitted').ucn('delivered');
    expect(scenario.evidence()).toEqual(['delivered IP']);
  });

  it('gives no credit for a notification that failed', () => {
    const scenario = csOnly().offer(image()).ucn('submitted').ucn('failed');
    expect(scenario.evidence()).toEqual([]);
    expect(scenario.legs()).toMatchObject({ phone: 'DEFERRED DEFER(ucn-failed)' });
  });
});
