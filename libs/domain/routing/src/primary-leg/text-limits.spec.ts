import { requirement } from '@cpm/runtime-decider';
import { image, PHONE, Scenario, START, text } from '../scenario.fixture.js';

/** A phone on CS whose connection is alive while nobody answers behind it. */
const deaf = () => new Scenario().subscriber().access(PHONE, 'AVAILABLE', 'AVAILABLE');
/** Its push stays unanswered, and the next renewal of its lease speaks against the doubt. */
const unanswered = (scenario: Scenario) => { scenario.advance(10); scenario.access(PHONE, 'SUSPECT', 'AVAILABLE'); };
const renewed = (scenario: Scenario) => { scenario.advance(20); scenario.access(PHONE, 'AVAILABLE', 'AVAILABLE'); };

requirement('CPM-MLD-035', () => {
  it('leaves an SMS with the SMSC that was sent because a push stayed unanswered', () => {
    const scenario = deaf().offer();
    unanswered(scenario);
    scenario.sms('submitted');
    renewed(scenario);
    expect(scenario.of('CancelSms')).toEqual([]);
    expect(scenario.legs()).toMatchObject({ phone: 'SMS_SUBMITTED SMS(sms-submitted)' });
  });

  it('leaves the notification of what stayed unanswered with the SMSC, and pushes the content again', () => {
    const scenario = deaf().offer(image());
    unanswered(scenario);
    scenario.ucn('submitted');
    renewed(scenario);
    expect(scenario.of('CancelSms')).toEqual([]);
    expect(scenario.legs()).toMatchObject({ phone: 'CONTENT_PUSHED FULL(ip-available)' });
  });

  it('still stops a text that has not left', () => {
    const scenario = deaf().offer();
    unanswered(scenario);
    renewed(scenario);
    expect(scenario.legs()).toMatchObject({ phone: 'SMS_CANCELLING SMS(ip-available)' });
  });

  it.each([['text', text()], ['image', image()]])('asks the SMSC to drop one %s of a leg, however often IP comes and goes', (_, message) => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer(message);
    const form = _ === 'text' ? 'SMS' : 'UCN';
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      scenario.sms('submitted', { form, attempt }).access(PHONE, 'AVAILABLE', 'AVAILABLE');
      scenario.sms('cancelled', { form, attempt }).access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    }
    expect(scenario.of('CancelSms')).toHaveLength(1);
  });
});

requirement('CPM-MLD-028', () => {
  const full = () => new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer(text('Hello', { expiresAt: START + 72 * 3_600_000 }));
  /** The SMS fails, and the network says of the handset that it can be reached. */
  const failed = (scenario: Scenario, attempt: number) => {
    scenario.sms('submitted', { attempt }).sms('failed', { attempt });
    scenario.access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
  };

  it('tries again at once when access changed after a first failure, and after each further one later and later', () => {
    const scenario = full();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 11; attempt += 1) {
      const before = scenario.now;
      failed(scenario, attempt);
      while (scenario.of('SubmitSms').length <= attempt) scenario.advance(60);
      waits.push((scenario.now - before) / 60_000);
    }
    expect(waits).toEqual([0, 5, 10, 20, 40, 80, 160, 320, 360, 360, 360]);
  });

  it('leaves the wait for IP at once, and stays away after it while access has not changed', () => {
    const scenario = full();
    failed(scenario, 1);
    failed(scenario, 2);
    expect(scenario.legs()).toMatchObject({ phone: 'DEFERRED DEFER(sms-failed)' });
    expect(Object.keys(scenario.timers)).toEqual(['expiry', `next-try|${PHONE}`]);
    scenario.access(PHONE, 'AVAILABLE', 'AVAILABLE');
    expect(scenario.legs()).toMatchObject({ phone: 'PUSHED FULL(ip-available)' });
    const quiet = full().sms('failed');
    quiet.advance(3_600);
    expect(quiet.of('SubmitSms')).toHaveLength(1);
  });
});
