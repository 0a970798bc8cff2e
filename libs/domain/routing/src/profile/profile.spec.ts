import { BOB, device, image, PHONE, Scenario, START, TABLET, text } from '../scenario.fixture.js';
import { accessOf, profileDecider, UNKNOWN_ACCESS, type Profile, type ProfileCommand } from './profile.js';
import { DEFAULT_PROFILE } from '@cpm/vocabulary';

const apply = (state: Profile, command: ProfileCommand) => profileDecider.decide(command, state).reduce(profileDecider.evolve, state);
const snapshot = (version: number, devices = [device(PHONE), device(TABLET)]) =>
  ({ type: 'LearnSubscriber', snapshot: { user: BOB, version, removed: false, devices, profile: DEFAULT_PROFILE, at: START } }) as const;
const access = (id: typeof PHONE, ip: 'AVAILABLE' | 'UNAVAILABLE') =>
  ({ type: 'LearnAccess', change: { user: BOB, device: id, ip, cs: 'UNKNOWN', reason: 'test', at: START } }) as const;

describe('profile', () => {
  it('ignores a snapshot that is not newer', () => {
    const known = apply(profileDecider.initial, snapshot(2));
    expect(profileDecider.decide(snapshot(2, []), known)).toEqual([]);
    expect(profileDecider.decide(snapshot(1, []), known)).toEqual([]);
    expect(apply(known, snapshot(3, [device(PHONE)])).devices).toHaveLength(1);
  });

  it('keeps an access that is heard of before the device', () => {
    const known = apply(apply(profileDecider.initial, access(PHONE, 'AVAILABLE')), snapshot(1));
    expect(accessOf(known, PHONE).ip).toBe('AVAILABLE');
  });

  it('forgets the access of a device that is gone', () => {
    const known = apply(apply(apply(profileDecider.initial, snapshot(1)), access(TABLET, 'AVAILABLE')), snapshot(2, [device(PHONE)]));
    expect(accessOf(known, TABLET)).toEqual(UNKNOWN_ACCESS);
    expect(apply(known, access(TABLET, 'UNAVAILABLE')).access).toEqual({});
  });

  it('says nothing when nothing changed', () => {
    const known = apply(profileDecider.initial, access(PHONE, 'AVAILABLE'));
    expect(profileDecider.decide(access(PHONE, 'AVAILABLE'), known)).toEqual([]);
  });

  it('takes the end of a wait for IP for no change of access: a text that failed is not tried again because of it', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE', START - 1).offer(text());
    scenario.sms('submitted').sms('failed').fresh().access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.of('SubmitSms')).toEqual([]);
    scenario.access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').access(PHONE, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.of('SubmitSms')).toEqual([expect.objectContaining({ attempt: 2 })]);
  });

  it('has every open delivery decided again, and no closed one', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').offer(image()).fresh().access(PHONE, 'AVAILABLE');
    expect(scenario.of('ReconsiderDelivery')).toEqual([{ recipient: BOB, delivery: `${BOB}|m1`, reason: 'access-changed: test', device: PHONE, at: START }]);
    scenario.report(PHONE, 'delivered').report(TABLET, 'delivered').fresh().access(PHONE, 'UNAVAILABLE');
    expect(scenario.published).toEqual([]);
  });
});
