import { namfNotification, nudmEeNotification } from '@cpm/contracts-access-awareness';
import { requirement } from '@cpm/runtime-decider';
import type { CpmAddress } from '@cpm/vocabulary';
import { MIA } from '../access-state/access.fixture.js';
import { EVENT, linesOf, MSISDN } from './evidence.fixture.js';
import { namfEvidence, nudmEeEvidence, type NudmSubscription } from './nudm-ee-evidence.js';

const gpsi = `msisdn-${MSISDN}`;
const nudm = (report: Record<string, unknown>, subscription: NudmSubscription = {}) =>
  nudmEeEvidence(nudmEeNotification.parse([{ referenceId: 1, timeStamp: EVENT, gpsi, ...report }]), subscription);
const namf = (report: Record<string, unknown>, subscription: NudmSubscription = {}) =>
  namfEvidence(namfNotification.parse({ reportList: [{ timeStamp: EVENT, state: { active: true }, gpsi, ...report }] }), subscription);
const over = (accessType: string, state: Record<string, string>) => ({ accessType, ...state });
const nas = (smsfAccessType: string) => ({ eventType: 'UE_REACHABILITY_FOR_SMS', reachabilityForSmsReport: { smsfAccessType, maxAvailabilityTime: '2026-03-02T09:20:40Z' } });
const data = (reachability: string, more = {}) => ({ eventType: 'UE_REACHABILITY_FOR_DATA', reachabilityReport: { reachability, ...more } });
const loss = (lossOfConnectReason: string) => ({ eventType: 'LOSS_OF_CONNECTIVITY', report: { lossOfConnectReason } });
const pdn = (pdnConnStat: string, more = {}) => ({ eventType: 'PDN_CONNECTIVITY_STATUS', report: { pdnConnStat, ...more } });

requirement('CPM-MLD-035', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['SMS over NAS', nas('3GPP_ACCESS'), ['CS AVAILABLE DELIVERABLE until 09:20:40']],
    ['SMS over the NAS of Wi-Fi', nas('NON_3GPP_ACCESS'), ['IP AVAILABLE HINT until 09:20:40']],
    ['SMS, without a report', { eventType: 'UE_REACHABILITY_FOR_SMS' }, ['CS AVAILABLE DELIVERABLE']],
    ['data: reachable', data('REACHABLE'), ['IP AVAILABLE HINT']],
    ['data: reachable for a time', data('REACHABLE', { maxAvailabilityTime: '2026-03-02T10:21:00+01:00' }), ['IP AVAILABLE HINT until 09:21:00']],
    ['data: reachable over Wi-Fi', data('REACHABLE', { accessTypeList: ['NON_3GPP_ACCESS'] }), ['IP AVAILABLE HINT']],
    ['data: unreachable', data('UNREACHABLE'), ['IP UNAVAILABLE HINT']],
    ['data: regulatory only', data('REGULATORY_ONLY'), ['IP UNAVAILABLE HINT because regulatory-only', 'CS UNAVAILABLE DELIVERABLE because regulatory-only']],
    ['data: what a later release says', data('NAPPING'), ['ignored nothing-said']],
    ['lost: deregistered', loss('DEREGISTERED'), ['IP UNAVAILABLE HINT because deregistered', 'CS UNAVAILABLE HINT because deregistered']],
    ['lost: purged', loss('PURGED'), ['IP UNAVAILABLE HINT because purged', 'CS UNAVAILABLE HINT because purged']],
    ['lost: not heard of', loss('MAX_DETECTION_TIME_EXPIRED'), ['IP UNAVAILABLE HINT because max-detection-time-expired', 'CS UNKNOWN HINT because max-detection-time-expired']],
    ['lost: announced', loss('UNAVAILABLE_PERIOD'), ['IP UNAVAILABLE HINT because unavailable-period', 'CS UNKNOWN HINT because unavailable-period']],
    ['lost, without a reason', { eventType: 'LOSS_OF_CONNECTIVITY' }, ['IP UNAVAILABLE HINT', 'CS UNKNOWN HINT']],
    ['another core network', { eventType: 'CN_TYPE_CHANGE', report: { newCnType: 'SINGLE_4G' } }, ['restated']],
    ['connected', { eventType: 'UE_CONNECTION_MANAGEMENT_STATE', report: { newCmInfoList: [over('3GPP_ACCESS', { cmState: 'CONNECTED' })] } }, ['IP AVAILABLE HINT']],
    ['idle', { eventType: 'UE_CONNECTION_MANAGEMENT_STATE', report: { newCmInfoList: [over('3GPP_ACCESS', { cmState: 'IDLE' })] } }, ['ignored idle-is-not-unavailable']],
    ['connected, as an AMF says it', { eventType: 'CONNECTIVITY_STATE_REPORT', report: { cmInfoList: [over('NON_3GPP_ACCESS', { cmState: 'CONNECTED' })] } }, ['IP AVAILABLE HINT']],
    ['PDN connection established', pdn('ESTABLISHED', { dnn: 'ims' }), ['IP AVAILABLE HINT']],
    ['PDN connection released', pdn('RELEASED', { dnn: 'Internet.mnc001.mcc262.gprs' }), ['IP UNAVAILABLE HINT']],
    ['another PDN connection', pdn('RELEASED', { dnn: 'mms' }), ['ignored no-relevant-pdn-connection']],
    ['a PDN connection without IP', pdn('ESTABLISHED', { pduSessType: 'ETHERNET' }), ['ignored no-relevant-pdn-connection']],
    ['memory for SMS', { eventType: 'UE_MEMORY_AVAILABLE_FOR_SMS' }, ['CS AVAILABLE DELIVERABLE because memory-available']],
    ['registered', { eventType: 'REGISTRATION_STATE_REPORT', report: { rmInfoList: [over('3GPP_ACCESS', { rmState: 'REGISTERED' })] } }, ['IP AVAILABLE HINT']],
    ['a registration of no state', { eventType: 'REGISTRATION_STATE_REPORT' }, ['ignored nothing-said']],
    ['over Wi-Fi only', { eventType: 'ACCESS_TYPE_REPORT', report: { accessTypeList: ['NON_3GPP_ACCESS'] } }, ['IP AVAILABLE HINT']],
    ['available after a failure', { eventType: 'AVAILABILITY_AFTER_DDN_FAILURE' }, ['IP AVAILABLE HINT']],
    ['another device with the SIM', { eventType: 'CHANGE_OF_SUPI_PEI_ASSOCIATION', report: { newPei: 'imei-1' } }, ['ignored sim-moved']],
    ['what is not about access', { eventType: 'ROAMING_STATUS', report: { roaming: true } }, ['ignored not-about-access']],
    ['what a later release reports', { eventType: 'toString' }, ['ignored not-about-access']],
  ])('understands %s of a UDM', (_, report, expected) => {
    const evidence = nudm(report);
    expect(linesOf(evidence)).toEqual(expected);
    for (const { user, source, observedAt } of evidence.observed) expect([user, source, observedAt]).toEqual([MIA, 'nudm-ee', Date.parse(EVENT)]);
    for (const { user, source, at } of evidence.restated) expect([user, source, at]).toEqual([MIA, 'nudm-ee', Date.parse(EVENT)]);
  });

  it('understands SMS over IP where the subscription asked for that', () => {
    const both = ['IP AVAILABLE HINT until 09:20:40', 'CS AVAILABLE DELIVERABLE until 09:20:40'];
    for (const access of ['3GPP_ACCESS', 'NON_3GPP_ACCESS']) expect(linesOf(nudm(nas(access), { smsOverIp: true }))).toEqual(both);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['reachable', { type: 'REACHABILITY_REPORT', reachability: 'REACHABLE', maxAvailabilityTime: '2026-03-02T09:20:40Z' }, ['IP AVAILABLE HINT until 09:20:40']],
    ['regulatory only', { type: 'REACHABILITY_REPORT', reachability: 'REGULATORY_ONLY' }, ['IP UNAVAILABLE HINT because regulatory-only', 'CS UNAVAILABLE DELIVERABLE because regulatory-only']],
    ['gone to Wi-Fi', { type: 'REGISTRATION_STATE_REPORT', rmInfoList: [over('3GPP_ACCESS', { rmState: 'DEREGISTERED' }), over('NON_3GPP_ACCESS', { rmState: 'REGISTERED' })] },
      ['IP AVAILABLE HINT', 'CS UNAVAILABLE HINT because deregistered']],
    ['gone from Wi-Fi', { type: 'REGISTRATION_STATE_REPORT', rmInfoList: [over('NON_3GPP_ACCESS', { rmState: 'DEREGISTERED' })] }, ['ignored nothing-said']],
    ['gone from both', { type: 'REGISTRATION_STATE_REPORT', rmInfoList: [over('NON_3GPP_ACCESS', { rmState: 'DEREGISTERED' }), over('3GPP_ACCESS', { rmState: 'DEREGISTERED' })] },
      ['IP UNAVAILABLE HINT because deregistered', 'CS UNAVAILABLE HINT because deregistered']],
    ['gone from the mobile network', { type: 'REGISTRATION_STATE_REPORT', rmInfoList: [over('3GPP_ACCESS', { rmState: 'DEREGISTERED' })] },
      ['IP UNAVAILABLE HINT because deregistered', 'CS UNAVAILABLE HINT because deregistered']],
    ['idle', { type: 'CONNECTIVITY_STATE_REPORT', cmInfoList: [over('3GPP_ACCESS', { cmState: 'IDLE' })] }, ['ignored idle-is-not-unavailable']],
    ['lost', { type: 'LOSS_OF_CONNECTIVITY', lossOfConnectReason: 'DEREGISTERED' }, ['IP UNAVAILABLE HINT because deregistered', 'CS UNAVAILABLE HINT because deregistered']],
    ['its accesses', { type: 'ACCESS_TYPE_REPORT', accessTypeList: ['3GPP_ACCESS'] }, ['IP AVAILABLE HINT']],
    ['available after a failure', { type: 'AVAILABILITY_AFTER_DDN_FAILURE' }, ['IP AVAILABLE HINT']],
    ['where it is', { type: 'LOCATION_REPORT' }, ['ignored not-about-access']],
  ])('understands %s of an AMF', (_, report, expected) => expect(linesOf(namf(report))).toEqual(expected));
});

describe('whom a report is about', () => {
  const reports = (...gpsis: (string | undefined)[]) => nudmEeNotification.parse(gpsis.map((each) =>
    ({ referenceId: 1, timeStamp: EVENT, ...data('REACHABLE'), ...(each !== undefined && { gpsi: each }) })));
  const users = (found: ReturnType<typeof nudmEeEvidence>) => [...found.observed.map(({ user }) => user), ...found.ignored.map(({ reason }) => reason)];

  it.each<[string, (string | undefined)[], CpmAddress | undefined, string[]]>([
    ['the one it names', ['msisdn-4915110000001', 'msisdn-4915110000002'], undefined, ['tel:+4915110000001', 'tel:+4915110000002']],
    ['the one it names, whatever the callback', ['msisdn-4915110000001'], 'tel:+4915110000003' as CpmAddress, ['tel:+4915110000001']],
    ['the one of the callback', [undefined, 'msisdn-4915110000001'], 'tel:+4915110000003' as CpmAddress, ['tel:+4915110000003', 'tel:+4915110000001']],
    ['the only one that is named', ['msisdn-4915110000001', undefined], undefined, ['tel:+4915110000001', 'tel:+4915110000001']],
    ['nobody where several are named', ['msisdn-4915110000001', 'msisdn-4915110000002', undefined], undefined, ['tel:+4915110000001', 'tel:+4915110000002', 'no-subscriber']],
    ['nobody where nobody is', [undefined], undefined, ['no-subscriber']],
    ['the owner of the SIP address', ['extid-Mia@Example.com'], undefined, ['sip:mia@example.com']],
    ['nobody by the number of a SIM, and no telephone number that is none', ['imsi-262011234567890', 'msisdn-123'], undefined, ['no-subscriber', 'no-subscriber']],
  ])('%s', (_, gpsis, user, expected) => expect(users(nudmEeEvidence(reports(...gpsis), { user }))).toEqual(expected));

  it('is told by the callback for an AMF, too', () => {
    expect(namf({ type: 'REACHABILITY_REPORT', reachability: 'REACHABLE', gpsi: undefined }, { user: MIA }).observed[0]?.user).toBe(MIA);
    expect(linesOf(namf({ type: 'REACHABILITY_REPORT', reachability: 'REACHABLE', gpsi: undefined }))).toEqual(['ignored no-subscriber']);
  });
});
