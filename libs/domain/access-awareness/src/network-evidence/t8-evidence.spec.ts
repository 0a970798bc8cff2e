import { AccessObserved, t8Notification } from '@cpm/contracts-access-awareness';
import { requirement } from '@cpm/runtime-decider';
import type { CpmAddress } from '@cpm/vocabulary';
import { MIA } from '../access-state/access.fixture.js';
import { t8Evidence } from './t8-evidence.js';

const RECEIVED = Date.parse('2026-03-02T09:30:00Z');
const EVENT = Date.parse('2026-03-02T09:20:00Z');
const read = (...reports: readonly Record<string, unknown>[]) =>
  t8Evidence(t8Notification.parse({
    subscription: 'https://nef/3gpp-monitoring-event/v1/as1/subscriptions/77',
    monitoringEventReports: reports.map((report) => ({ msisdn: '33640332859', eventTime: '2026-03-02T10:20:00+01:00', ...report })),
  }), { received: RECEIVED });
const USER = 'tel:+33640332859' as CpmAddress;
const observed = (fields: Record<string, unknown>) => ({ user: USER, source: 't8', observedAt: EVENT, ...fields });
const ip = (state: string, more = {}) => observed({ access: 'IP', state, confidence: 'HINT', ...more });

requirement('CPM-MLD-035', () => {
  it.each<[string, Record<string, unknown>, unknown[]]>([
    ['reachable for SMS', { monitoringType: 'UE_REACHABILITY', reachabilityType: 'SMS', maxUEAvailabilityTime: '2026-03-02T09:20:40Z' },
      [observed({ access: 'CS', state: 'AVAILABLE', confidence: 'DELIVERABLE', validUntil: EVENT + 40_000 })]],
    ['reachable for data', { monitoringType: 'UE_REACHABILITY', reachabilityType: 'DATA' }, [ip('AVAILABLE')]],
    ['connectivity lost', { monitoringType: 'LOSS_OF_CONNECTIVITY', lossOfConnectReason: 2 }, [
      ip('UNAVAILABLE', { cause: 'max-detection-time-mme' }),
      observed({ access: 'CS', state: 'UNKNOWN', confidence: 'HINT', cause: 'max-detection-time-mme' }),
    ]],
    ['PDN connection created', { monitoringType: 'PDN_CONNECTIVITY_STATUS', pdnConnInfoList: [{ status: 'CREATED', apn: 'IMS' }] }, [ip('AVAILABLE')]],
    ['PDN connection released', { monitoringType: 'PDN_CONNECTIVITY_STATUS', pdnConnInfoList: [{ status: 'RELEASED', apn: 'internet.mnc001.mcc262.gprs' }] },
      [ip('UNAVAILABLE')]],
    ['one of two PDN connections released', {
      monitoringType: 'PDN_CONNECTIVITY_STATUS', pdnConnInfoList: [{ status: 'RELEASED', apn: 'ims' }, { status: 'CREATED', apn: 'internet' }],
    }, [ip('AVAILABLE')]],
    ['available after a failure', { monitoringType: 'AVAILABILITY_AFTER_DDN_FAILURE' }, [ip('AVAILABLE')]],
  ])('understands %s', (_, report, expected) => {
    const { observed: found, ignored } = read(report);
    expect(found).toEqual(expected);
    expect(ignored).toEqual([]);
    for (const evidence of found) expect(AccessObserved.schema.parse(evidence)).toEqual(evidence);
  });

  it.each<[string, Record<string, unknown>]>([
    ['not-about-access', { monitoringType: 'COMMUNICATION_FAILURE' }],
    ['not-about-access', { monitoringType: 'ROAMING_STATUS' }],
    ['sim-moved', { monitoringType: 'CHANGE_OF_IMSI_IMEI_ASSOCIATION' }],
    ['unknown-reachability-type', { monitoringType: 'UE_REACHABILITY' }],
    ['no-relevant-pdn-connection', { monitoringType: 'PDN_CONNECTIVITY_STATUS', pdnConnInfoList: [{ status: 'CREATED', apn: 'mms' }] }],
    ['no-relevant-pdn-connection', { monitoringType: 'PDN_CONNECTIVITY_STATUS', pdnConnInfoList: [{ status: 'CREATED', apn: 'ims', pdnType: 'NON_IP' }] }],
    ['no-subscriber', { monitoringType: 'UE_REACHABILITY', reachabilityType: 'SMS', msisdn: undefined }],
    ['nothing-said', { monitoringType: 'PDN_CONNECTIVITY_STATUS', pdnConnInfoList: [{ status: 'SUSPENDED', apn: 'ims' }] }],
    ['not-about-access', { monitoringType: 'WEATHER' }],
    ['not-about-access', { monitoringType: 'toString' }],
  ])('ignores with a reason: %s', (reason, report) => {
    const { observed: found, ignored } = read(report);
    expect(found).toEqual([]);
    expect(ignored).toEqual([{ kind: report['monitoringType'], reason }]);
  });

  it('dates a report without time by its arrival, keeps the order of reports, and tells of a cancelled subscription', () => {
    expect(read({ monitoringType: 'UE_REACHABILITY', reachabilityType: 'DATA', eventTime: undefined }).observed[0]?.observedAt).toBe(RECEIVED);
    expect(read({ monitoringType: 'UE_REACHABILITY', reachabilityType: 'SMS' }, { monitoringType: 'LOSS_OF_CONNECTIVITY' }).observed.map(({ access }) => access))
      .toEqual(['CS', 'IP', 'CS']);
    expect(t8Evidence({ subscription: 's', cancelInd: true }, { received: RECEIVED })).toEqual({ observed: [], restated: [], ignored: [], isCancelled: true });
  });

  it('is about the number or the external identifier that it names, and else about whose the subscription is', () => {
    const report = { monitoringType: 'UE_REACHABILITY', reachabilityType: 'DATA' };
    expect(read(report, { ...report, msisdn: undefined, externalId: 'Mia@Ims.Example' }, { ...report, externalId: 'mia@ims.example' }).observed.map(({ user }) => user)).toEqual([USER, 'sip:mia@ims.example', USER]);
    const { observed: found } = t8Evidence(t8Notification.parse({ subscription: 's', monitoringEventReports: [report] }), { received: RECEIVED, user: MIA });
    expect(found.map(({ user }) => user)).toEqual([MIA]);
  });

  it('takes monitoring types of later releases, and names the fields that are wrong', () => {
    const wrong = t8Notification.safeParse({ subscription: 's', monitoringEventReports: [{ monitoringType: 7, msisdn: '+33', eventTime: 'noon' }] });
    expect(wrong.error?.issues.map(({ path }) => path.join('.'))).toEqual([
      'monitoringEventReports.0.monitoringType', 'monitoringEventReports.0.msisdn', 'monitoringEventReports.0.eventTime',
    ]);
  });
});
