import { nhssEeNotification, ueReachabilityNotification } from '@cpm/contracts-access-awareness';
import { requirement } from '@cpm/runtime-decider';
import { MIA } from '../access-state/access.fixture.js';
import { EVENT, linesOf, RECEIVED } from './evidence.fixture.js';
import { nhssEeEvidence, nhssImsSdmEvidence } from './nhss-evidence.js';
import { subscriberOf } from './subscriber-identity.js';

const read = (eventType: string, report?: Record<string, unknown>) =>
  nhssEeEvidence(nhssEeNotification.parse([{ referenceId: 1, timeStamp: EVENT, eventType, report }]), MIA);
const sms = (reachabilitySmsStatus: boolean, more = {}) => ({ reachabilityForSmsReport: { reachabilitySmsStatus, ...more } });
const data = (reachabilityDataStatus: boolean, more = {}) => ({ reachabilityForDataReport: { reachabilityDataStatus, ...more } });
const end = { maxAvailabilityTime: '2026-03-02T09:20:40Z' };

requirement('CPM-MLD-035', () => {
  it.each<[string, Record<string, unknown> | undefined, string[]]>([
    ['UE_REACHABILITY_FOR_SMS', sms(true, end), ['CS AVAILABLE DELIVERABLE until 09:20:40']],
    ['UE_REACHABILITY_FOR_SMS', sms(false), ['CS UNAVAILABLE DELIVERABLE']],
    ['UE_REACHABILITY_FOR_SMS', undefined, ['ignored nothing-said']],
    ['UE_REACHABILITY_FOR_DATA', data(true, end), ['IP AVAILABLE HINT until 09:20:40']],
    ['UE_REACHABILITY_FOR_DATA', data(false), ['IP UNAVAILABLE HINT']],
    ['UE_REACHABILITY_FOR_DATA', sms(true), ['ignored nothing-said']],
    ['LOSS_OF_CONNECTIVITY', { lossConnectivityReport: { lossOfConnectReason: 'PURGED' } }, ['IP UNAVAILABLE HINT because purged', 'CS UNAVAILABLE HINT because purged']],
    ['PDN_CONNECTIVITY_STATUS', { pdnConnectivityStatReport: { pdnConnStat: 'RELEASED', dnn: 'ims' } }, ['IP UNAVAILABLE HINT']],
    ['PDN_CONNECTIVITY_STATUS', {}, ['ignored nothing-said']],
    ['AVAILABILITY_AFTER_DDN_FAILURE', undefined, ['IP AVAILABLE HINT']],
    ['COMMUNICATION_FAILURE', undefined, ['ignored not-about-access']],
  ])('understands %s %j of an HSS', (eventType, report, expected) => {
    const evidence = read(eventType, report);
    expect(linesOf(evidence)).toEqual(expected);
    for (const { user, source, observedAt } of evidence.observed) expect([user, source, observedAt]).toEqual([MIA, 'nhss-ee', Date.parse(EVENT)]);
  });

  it.each([[true, 'IP AVAILABLE HINT'], [false, 'IP UNAVAILABLE HINT']])('understands that IP reaches a UE: %s', (reachabilityIndicator, expected) => {
    const notification = ueReachabilityNotification.parse({ reachabilityIndicator, detectingNode: 'AMF', accessType: 'NON_3GPP_ACCESS' });
    const evidence = nhssImsSdmEvidence(notification, { user: MIA, received: RECEIVED });
    expect(linesOf(evidence)).toEqual([expected]);
    expect(evidence.observed).toMatchObject([{ user: MIA, source: 'nhss-ims-sdm', observedAt: RECEIVED }]);
    expect(linesOf(nhssImsSdmEvidence(notification, { user: undefined, received: RECEIVED }))).toEqual(['ignored no-subscriber']);
  });
});

it.each([
  ['msisdn-4915110000001', MIA], ['impu-tel:+4915110000001', MIA], ['impu-sip:+4915110000001@ims.example;user=phone', MIA], ['tel:+4915110000001', MIA],
  ['impu-sip:Mia@Ims.Example', 'sip:mia@ims.example'], ['extid-mia@ims.example', 'sip:mia@ims.example'],
  ['impi-mia@ims.example', undefined], ['imsi-262011234567890', undefined], ['extgroupid-all@ims.example', undefined], ['', undefined],
])('finds the subscriber %s names', (identity, user) => expect(subscriberOf(identity)).toBe(user));
