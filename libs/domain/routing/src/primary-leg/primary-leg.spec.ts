import { DEFAULT_POLICY, type AccessState, type Policy } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import { BOB, device, image, PHONE, Scenario, START, TABLET, text } from '../scenario.fixture.js';

const withAccess = (ip: AccessState, cs: AccessState) => new Scenario().subscriber().access(PHONE, ip, cs);
const csOnly = () => withAccess('UNAVAILABLE', 'AVAILABLE');
const policy = (change: Partial<Policy>): Policy => ({ ...DEFAULT_POLICY, ...change });

requirement('CPM-MLD-028', () => {
  it('sends to the Primary at once although a Secondary got it, and the acceptance of the Secondary changes nothing', () => {
    const scenario = csOnly().access(TABLET, 'AVAILABLE').offer().report(TABLET, 'delivered');
    expect(scenario.legs()).toEqual({ tablet: 'DELIVERED FULL(acknowledged)', phone: 'SMS_REQUESTED SMS(text-fits-sms)' });
    scenario.sms('submitted').sms('delivered');
    expect(scenario.legs()).toMatchObject({ phone: 'DELIVERED SMS(sms-delivered)' });
    expect(scenario.evidence()).toEqual(['delivered IP', 'interworked SMS', 'delivered SMS']);
  });

  it.each([[text()], [image()]])('waits for IP where the policy is off and a Secondary can have it', (message) => {
    const scenario = csOnly().access(TABLET, 'AVAILABLE');
    scenario.policy = policy({ 'primary.immediateDelivery': false });
    scenario.offer(message);
    expect(scenario.legs()).toMatchObject({ phone: 'DEFERRED DEFER(immediate-delivery-off)' });
    scenario.access(PHONE, 'AVAILABLE', 'AVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: 'PUSHED FULL(ip-available)' });
  });

  it('sends to the Primary after all when the Secondary loses IP before it has it', () => {
    const scenario = csOnly().access(TABLET, 'AVAILABLE');
    scenario.policy = policy({ 'primary.immediateDelivery': false });
    scenario.offer().access(TABLET, 'UNAVAILABLE');
    expect(scenario.legs()).toEqual({ tablet: 'DEFERRED DEFER(ip-lost)', phone: 'SMS_REQUESTED SMS(text-fits-sms)' });
  });

  it('reaches a Primary that never registered in CPM', () => {
    const scenario = new Scenario().subscriber([device(PHONE, { registered: false })]).offer();
    expect(scenario.legs()).toEqual({ phone: 'SMS_REQUESTED SMS(text-fits-sms)' });
  });
});

requirement('CPM-MLD-035', () => {
  it('after airplane mode waits for IP while the hold runs: IP comes in time', () => {
    const scenario = withAccess('UNAVAILABLE', 'UNAVAILABLE').offer().access(PHONE, 'UNAVAILABLE', 'AVAILABLE', START + 15_000);
    expect(scenario.legs()).toMatchObject({ phone: 'HELD HOLD(ip-preference)' });
    scenario.advance(8);
    scenario.access(PHONE, 'AVAILABLE', 'AVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: 'PUSHED FULL(ip-available)' });
    expect(scenario.of('SubmitSms')).toEqual([]);
  });

  it('sends an SMS when the hold ends without IP', () => {
    const scenario = withAccess('UNAVAILABLE', 'UNAVAILABLE').offer().access(PHONE, 'UNAVAILABLE', 'AVAILABLE', START + 15_000);
    scenario.advance(15);
    scenario.access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.of('SubmitSms')).toHaveLength(1);
  });

  it('counts the hold as a try of CPM', () => {
    const scenario = withAccess('UNAVAILABLE', 'UNAVAILABLE').offer().access(PHONE, 'UNAVAILABLE', 'AVAILABLE', START + 15_000);
    scenario.advance(15);
    scenario.access(PHONE, 'UNKNOWN', 'AVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: 'SMS_REQUESTED SMS(text-fits-sms)' });
  });

  it('does not hold for a Primary that is not registered in CPM', () => {
    const scenario = new Scenario().subscriber([device(PHONE, { registered: false })]).access(PHONE, 'UNAVAILABLE', 'AVAILABLE', START + 15_000).offer();
    expect(scenario.legs()).toEqual({ phone: 'SMS_REQUESTED SMS(text-fits-sms)' });
  });

  it.each([['AVAILABLE', 'SMS_REQUESTED SMS(text-fits-sms)'], ['UNKNOWN', 'SMS_REQUESTED SMS(text-fits-sms)'], ['UNAVAILABLE', 'DEFERRED DEFER(no-access)']] as const)(
    'with IP unknown and CS %s tries CPM first', (cs, expected) => {
      const scenario = withAccess('UNKNOWN', cs).offer();
      expect(scenario.legs()).toMatchObject({ phone: 'HELD HOLD(trying-cpm)' });
      scenario.advance(9.9);
      scenario.access(TABLET, 'AVAILABLE');
      expect(scenario.legs()).toMatchObject({ phone: 'HELD HOLD(trying-cpm)' });
      scenario.advance(0.1);
      expect(scenario.legs()).toMatchObject({ phone: expected });
    });

  it.each([['AVAILABLE', 'SMS_REQUESTED SMS(text-fits-sms)'], ['UNKNOWN', 'SMS_REQUESTED SMS(text-fits-sms)'], ['UNAVAILABLE', 'DEFERRED DEFER(no-access)']] as const)(
    'doubts IP when a push stays unanswered, with CS %s', (cs, expected) => {
      const scenario = withAccess('AVAILABLE', cs).offer().fresh();
      scenario.advance(10);
      expect(scenario.legs()).toMatchObject({ phone: expected });
      expect(scenario.of('AccessObserved')).toEqual([
        { user: BOB, device: PHONE, access: 'IP', state: 'SUSPECT', confidence: 'HINT', source: 'push-timeout', observedAt: START + 10_000 },
      ]);
      expect(scenario.of('WithdrawFrame')).toEqual([{ user: BOB, devices: [PHONE], frameKey: 'msg|m1' }]);
      scenario.fresh().access(TABLET, 'AVAILABLE');
      expect(scenario.legs()).toMatchObject({ phone: expected });
    });

  it('believes IP again once it is reported anew', () => {
    const scenario = withAccess('AVAILABLE', 'UNAVAILABLE').offer();
    scenario.advance(10);
    scenario.access(PHONE, 'SUSPECT', 'UNAVAILABLE').access(PHONE, 'AVAILABLE', 'UNAVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: 'PUSHED FULL(ip-available)' });
  });

  it('an acknowledgement in time ends the wait', () => {
    const scenario = withAccess('AVAILABLE', 'AVAILABLE').offer().report(PHONE, 'delivered').fresh();
    expect(scenario.timers).toEqual({ expiry: START + 3_600_000 });
    scenario.advance(60);
    expect(scenario.published).toEqual([]);
  });

  it('stops an SMS that has not left when IP comes, and pushes only when it is stopped', () => {
    const scenario = csOnly().offer().fresh().access(PHONE, 'AVAILABLE', 'AVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: 'SMS_CANCELLING SMS(ip-available)' });
    expect(scenario.of('CancelSms')).toMatchObject([{ device: PHONE, attempt: 1, reason: 'ip-available' }]);
    expect(scenario.frames()).toEqual([]);
    scenario.sms('cancelled');
    expect(scenario.legs()).toMatchObject({ phone: 'PUSHED FULL(ip-available)' });
  });

  it('does not push what has left as SMS', () => {
    const scenario = csOnly().offer().sms('submitted').fresh().access(PHONE, 'AVAILABLE', 'AVAILABLE');
    expect(scenario.frames()).toEqual([]);
    const raced = csOnly().offer().access(PHONE, 'AVAILABLE', 'AVAILABLE').fresh().sms('submitted');
    expect(raced.legs()).toMatchObject({ phone: 'SMS_SUBMITTED SMS(sms-submitted)' });
    expect(raced.frames()).toEqual([]);
  });

  it('asks once for an SMS that left to be dropped when IP comes, and pushes only when the SMSC has dropped it', () => {
    const scenario = csOnly().offer().sms('submitted').fresh().access(PHONE, 'AVAILABLE', 'AVAILABLE').access(PHONE, 'AVAILABLE', 'UNAVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: 'SMS_SUBMITTED SMS(ip-available)' });
    expect(scenario.of('CancelSms')).toMatchObject([{ device: PHONE, attempt: 1, reason: 'ip-available' }]);
    expect(scenario.frames()).toEqual([]);
    scenario.sms('cancelled');
    expect(scenario.legs()).toMatchObject({ phone: 'PUSHED FULL(ip-available)' });
    const refused = csOnly().offer().sms('submitted').access(PHONE, 'AVAILABLE', 'AVAILABLE').fresh().sms('delivered');
    expect(refused.legs()).toMatchObject({ phone: 'DELIVERED SMS(sms-delivered)' });
    expect(refused.frames()).toEqual([]);
  });

  it('takes the frame back before it goes over to SMS', () => {
    const scenario = withAccess('AVAILABLE', 'AVAILABLE').offer().fresh().access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.of('WithdrawFrame')).toHaveLength(1);
    expect(scenario.of('SubmitSms')).toHaveLength(1);
  });
});
