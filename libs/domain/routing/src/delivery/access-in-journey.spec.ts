import { requirement } from '@cpm/runtime-decider';
import { image, PHONE, Scenario, START, TABLET } from '../scenario.fixture.js';

/** `step [reason]` of the lines so far. */
const lines = (scenario: Scenario) => scenario.journey.map(({ step, reason }) => (reason === undefined ? step : `${step} [${reason}]`));
const waiting = () => new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').access(TABLET, 'UNAVAILABLE').offer();

requirement('CPM-MLD-035', () => {
  it('tells in the journey of a message which access made it go on, and whose word that was', () => {
    const scenario = waiting();
    scenario.journey.length = 0;
    scenario.accessChange({ device: PHONE, ip: 'UNAVAILABLE', cs: 'AVAILABLE', holdUntil: START + 15_000, reason: 'ip-preference-hold-started', source: 't8' });
    scenario.accessChange({ device: PHONE, ip: 'UNAVAILABLE', cs: 'UNAVAILABLE', reason: 'cs-unavailable', source: 'smpp-receipt', cause: 'absent-subscriber' });
    scenario.accessChange({ device: PHONE, ip: 'AVAILABLE', cs: 'UNAVAILABLE', reason: 'ip-available', source: 'connection/7f3a' });
    expect(lines(scenario)).toEqual([
      'access: CS AVAILABLE, IP UNAVAILABLE [ip-preference-hold-started (t8)]', 'held, waiting for IP [ip-preference]',
      'access: CS UNAVAILABLE, IP UNAVAILABLE [cs-unavailable (smpp-receipt: absent-subscriber)]', 'deferred until access returns [no-access]',
      'access: CS UNAVAILABLE, IP AVAILABLE [ip-available (connection)]', 'pushed over IP [ip-available]',
    ]);
  });

  it('tells of the IP of a Secondary, and of no CS it does not have', () => {
    const scenario = waiting();
    scenario.journey.length = 0;
    scenario.accessChange({ device: TABLET, ip: 'AVAILABLE', cs: 'UNKNOWN', reason: 'ip-available', source: 'connection/1' });
    expect(scenario.journey[0]).toEqual({ at: START, step: 'access: IP AVAILABLE', device: TABLET, reason: 'ip-available (connection)' });
  });

  it('tells nothing of access that changes nothing for the message', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').access(TABLET, 'UNAVAILABLE').offer(image()).ucn('submitted').ucn('delivered');
    scenario.journey.length = 0;
    for (let round = 0; round < 10; round += 1) scenario.access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    expect(lines(scenario)).toEqual([]);
  });

  it('sends no second notification when IP comes and goes, however often', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').offer(image()).ucn('submitted').ucn('delivered');
    for (let round = 0; round < 5; round += 1) {
      scenario.access(PHONE, 'AVAILABLE', 'AVAILABLE').advance(2);
      scenario.access(PHONE, 'UNAVAILABLE', 'AVAILABLE', scenario.now + 15_000).advance(20);
      scenario.access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    }
    expect(scenario.of('SubmitUcn')).toHaveLength(1);
    expect(scenario.legs()).toMatchObject({ phone: 'UCN_DELIVERED UCN(ip-lost)' });
  });
});
