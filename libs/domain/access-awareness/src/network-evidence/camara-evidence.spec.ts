import { camaraEvent } from '@cpm/contracts-access-awareness';
import { requirement } from '@cpm/runtime-decider';
import { MIA } from '../access-state/access.fixture.js';
import { camaraEvidence } from './camara-evidence.js';
import { EVENT, linesOf, RECEIVED } from './evidence.fixture.js';

const PREFIX = 'org.camaraproject.device-reachability-status-subscriptions';
const device = { phoneNumber: '+4915110000001' };
const read = (type: string, data: Record<string, unknown> | undefined = { device }) =>
  camaraEvidence(camaraEvent.parse({ id: '1', source: 'https://operator.example', specversion: '1.0', type, time: EVENT, data }), RECEIVED);

const DATA = ['IP AVAILABLE HINT'];
const SMS = ['CS AVAILABLE DELIVERABLE', 'IP UNAVAILABLE HINT'];
const DISCONNECTED = ['IP UNAVAILABLE HINT', 'CS UNAVAILABLE DELIVERABLE'];

requirement('CPM-MLD-035', () => {
  it.each<[string, Record<string, unknown> | undefined, string[]]>([
    [`${PREFIX}.v0.reachability-data`, undefined, DATA],
    [`${PREFIX}.v1.reachability-sms`, undefined, SMS],
    [`${PREFIX}.v0.7.reachability-disconnected`, undefined, DISCONNECTED],
    [`${PREFIX}.v1alpha2.reachability-data`, undefined, DATA],
    ['org.camaraproject.device-status.v0.connectivity-data', undefined, DATA],
    ['org.camaraproject.device-status.v0.connectivity-sms', undefined, SMS],
    ['org.camaraproject.device-status.v0.connectivity-disconnected', undefined, DISCONNECTED],
    ['org.camaraproject.device-reachability-status.v0.reachability-status', { device, reachabilityStatus: 'CONNECTED_DATA' }, DATA],
    ['org.camaraproject.device-reachability-status.v0.reachability-status', { device, reachabilityStatus: 'CONNECTED_SMS' }, SMS],
    ['org.camaraproject.device-status.v0.connectivity-status', { device, connectivityStatus: 'NOT_CONNECTED' }, DISCONNECTED],
    [`${PREFIX}.v0.reachability-data`, { device: { networkAccessIdentifier: 'mia@ims.example' } }, DATA],
    [`${PREFIX}.v0.subscription-ended`, undefined, ['restated until 09:35:00']],
    ['org.camaraproject.device-status.v0.subscription-ends', undefined, ['restated until 09:35:00']],
    [`${PREFIX}.v0.subscription-started`, undefined, ['ignored not-about-access']],
    [`${PREFIX}.v0.subscription-updated`, undefined, ['ignored not-about-access']],
    ['org.camaraproject.device-roaming-status-subscriptions.v0.roaming-on', undefined, ['ignored not-about-access']],
    ['com.example.reachability-data', undefined, ['ignored not-about-access']],
    [`${PREFIX}.v0.reachability-data`, { subscriptionId: '1' }, ['ignored no-subscriber']],
    [`${PREFIX}.v0.subscription-ended`, { subscriptionId: '1' }, ['ignored nothing-said']],
  ])('understands %s %j', (type, data, expected) => {
    const evidence = read(type, data);
    expect(linesOf(evidence)).toEqual(expected);
    for (const { source, observedAt } of evidence.observed) expect([source, observedAt]).toEqual(['camara', Date.parse(EVENT)]);
    for (const { source, at } of evidence.restated) expect([source, at]).toEqual(['camara', Date.parse(EVENT)]);
  });

  it('is about the telephone number, with or without a plus', () => {
    expect(read(`${PREFIX}.v0.reachability-data`).observed[0]?.user).toBe(MIA);
    expect(read(`${PREFIX}.v0.reachability-data`, { device: { phoneNumber: '4915110000001' } }).observed[0]?.user).toBe(MIA);
  });

  it('tells subscriptions apart, each of which is of one type: the end of one is of its own words', () => {
    const words = [read(`${PREFIX}.v1.reachability-sms`, { device, subscriptionId: 's-1' }).observed[0], read(`${PREFIX}.v1.subscription-ended`, { device, subscriptionId: 's-2' }).restated[0]];
    expect(words.map((word) => word?.source)).toEqual(['camara/s-1', 'camara/s-2']);
  });

  it('tells an end, whoever it is about', () =>
    expect([`${PREFIX}.v1.subscription-ended`, `${PREFIX}.v1.subscription-started`, `${PREFIX}.v1.reachability-sms`].map((type) => read(type, {}).hasEnded)).toEqual([true, false, false]));
});
