import { AccessObserved, imsRegistration } from '@cpm/contracts-access-awareness';
import { requirement } from '@cpm/runtime-decider';
import { MIA, PHONE, TABLET } from '../access-state/access.fixture.js';
import { imsRegistrationEvidence } from './ims-registration-evidence.js';

const RECEIVED = 1_772_442_000_000;
const read = (...contacts: readonly unknown[]) => imsRegistrationEvidence(imsRegistration.parse({ address: 'sip:+4915110000001@ims.example;user=phone', contacts }), RECEIVED);
const registered = (device: string, more: Record<string, unknown>) => ({
  user: MIA, device, access: 'IP', confidence: 'DELIVERABLE', source: 'reginfo', observedAt: RECEIVED, ...more,
});

requirement('CPM-MLD-035', () => {
  it('proves IP of a registered device until the registration ends', () => {
    const evidence = read({ deviceId: PHONE, state: 'active', expires: 600 }, { deviceId: TABLET, state: 'terminated' });
    expect(evidence).toEqual([
      registered(PHONE, { state: 'AVAILABLE', validUntil: RECEIVED + 600_000 }), registered(TABLET, { state: 'UNAVAILABLE' }),
    ]);
    for (const each of evidence) expect(AccessObserved.schema.parse(each)).toEqual(each);
  });

  it('takes an active contact with no seconds left for terminated', () =>
    expect(read({ deviceId: PHONE, state: 'active', expires: 0 })).toEqual([registered(PHONE, { state: 'UNAVAILABLE' })]));

  it('counts a device as registered while one of its contacts is, in any order', () => {
    const old = { deviceId: PHONE, state: 'terminated', expires: 900 };
    const current = { deviceId: PHONE, state: 'active', expires: 600 };
    const expected = [registered(PHONE, { state: 'AVAILABLE', validUntil: RECEIVED + 600_000 })];
    expect(read(old, current)).toEqual(expected);
    expect(read(current, old)).toEqual(expected);
  });

  it('names the field that does not fit', () => {
    const wrong = imsRegistration.safeParse({ address: MIA, contacts: [{ deviceId: PHONE, state: 'active' }, { deviceId: 'phone', state: 'init' }] });
    expect(wrong.error?.issues.map(({ path }) => path.join('.'))).toEqual(['contacts.0.expires', 'contacts.1.deviceId', 'contacts.1.state']);
  });
});
