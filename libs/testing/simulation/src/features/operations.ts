import type { AccessObserved, AccessRestated } from '@cpm/contracts-access-awareness';
import { networkMonitoring, type Policy, type PreferenceProfile } from '@cpm/vocabulary';
import fc from 'fast-check';
import { CLIENTS, DEVICES, USERS } from '../cast.js';

/** What becomes of a user and his devices. */
export const ACCOUNT_ACTS = ['register', 'rename', 'claim', 'remove-device', 'move-sim', 'provision', 'remove-subscriber', 'erase'] as const;
export type AccountAct = (typeof ACCOUNT_ACTS)[number];

/** What a device does with its user's box. */
export const BOX_ACTS = ['create', 'flag', 'move', 'delete', 'create-folder', 'rename-folder', 'move-folder', 'remove-folder', 'subscribe', 'renew', 'unsubscribe'] as const;
export type BoxAct = (typeof BOX_ACTS)[number];

/** To whom a handset writes: whom it had a text of last, somebody's own number, a short code, a number of nobody. */
export const ADDRESSEES = ['last-text', 'person', 'short-code', 'nobody'] as const;

export type Rules = Pick<PreferenceProfile, 'deviceRules' | 'syncRules' | 'sendReadReports'> & Partial<PreferenceProfile>;

/** What may happen beside messages, sessions and files. */
export type FeatureOperation =
  | { op: 'account'; device: number; act: AccountAct; number: number }
  | { op: 'prefer'; user: number; rules: Rules; profiles: number }
  | { op: 'evidence'; device: number; word: Pick<AccessObserved, 'access' | 'state' | 'confidence' | 'source' | 'cause' | 'documentVersion'>; named: boolean; agoMs: number; forMs: number | undefined }
  | { op: 'restate'; user: number; word: Pick<AccessRestated, 'source' | 'state' | 'documentVersion'>; except: boolean; agoMs: number; forMs: number | undefined }
  | { op: 'network'; user: number; hasReported: boolean; hasEnded: boolean; isNamed: boolean; isStale: boolean }
  | { op: 'policy'; change: Partial<Policy> }
  | { op: 'box'; device: number; act: BoxAct; number: number; other: number }
  | { op: 'text'; user: number; to: (typeof ADDRESSEES)[number]; words: string; part: number; total: number; mayRepeat: boolean };

const client = fc.nat(CLIENTS - 1);
const anyDevice = fc.nat(DEVICES.length - 1);
const user = fc.nat(USERS.length - 1);
const few = fc.nat(3);
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
const mostlyNot = fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const agoMs = fc.constantFrom(0, 0, 0, 2_000, 400_000, -60_000);
const forMs = fc.constantFrom(undefined, undefined, 1_000, 20_000, 3_600_000, 30 * 86_400_000);
const SOURCES = ['t8', 'reginfo', 'camara/1', 'smpp-receipt', 'push-timeout'] as const;
const documentVersion = maybe(fc.nat(3));

const service = fc.subarray<'standalone' | 'chat' | 'file-transfer' | 'session'>(['standalone', 'chat', 'file-transfer', 'session'], { minLength: 1 });
const quietHours = fc.record({ from: fc.constantFrom('00:00', '22:00', '23:59'), to: fc.constantFrom('00:05', '06:00', '23:59'), utcOffsetMinutes: fc.constantFrom(0, 60, -300) });
const deviceRule = fc.record({ device: client, services: service, quietHours: maybe(quietHours), mode: fc.constantFrom('full' as const, 'notify' as const, 'skip' as const) });
const syncRule = fc.record({
  device: client, folders: maybe(fc.constantFrom(['/main'], ['/main/tel:+4915110000001', '/main/work'])), maxAgeDays: maybe(fc.constant(1)), contentTypes: maybe(fc.constant(['text/*'])), maxBytes: maybe(fc.constant(50)),
});
const withDeviceId = <Rule extends { readonly device: number }>({ device, ...rule }: Rule) => ({ ...defined(rule), deviceId: (DEVICES[device] as (typeof DEVICES)[number]).id });

/** Without what is undefined, as in JSON. */
function defined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Value;
}

const rules = fc.record({
  sendReadReports: fc.constant(true), deviceRules: fc.array(deviceRule.map(withDeviceId), { maxLength: 2 }), syncRules: fc.array(syncRule.map(withDeviceId), { maxLength: 2 }),
  reportsToOtherDevices: maybe(fc.oneof(fc.constantFrom('none' as const, 'all' as const), client.map((at) => [(DEVICES[at] as (typeof DEVICES)[number]).id]))), language: maybe(fc.constantFrom('de', 'pt-BR', 'xx')),
}).map((drawn) => defined(drawn) as unknown as Rules);

/** What an operator may change while everything runs. */
const policy: fc.Arbitrary<Partial<Policy>> = fc.oneof(
  fc.record({ 'access.t8.subscriptions': fc.subarray(networkMonitoring.options) }),
  fc.record({ 'fork.targets': fc.constantFrom<Policy['fork.targets'][]>('all', 'primary', 'secondaries') }),
  fc.record({ 'primary.immediateDelivery': fc.boolean(), 'sms.interworking': fc.boolean() }),
  fc.record({ 'ucn.enabled': fc.boolean(), 'ucn.includeUrl': fc.boolean(), 'ucn.creditOn': fc.constantFrom<Policy['ucn.creditOn'][]>('STATUS_REPORT', 'SMSC_ACK') }),
  fc.record({ 'sms.maxSegments': fc.constantFrom(1, 3, 10), 'sms.onUnknownOutcome': fc.constantFrom<Policy['sms.onUnknownOutcome'][]>('retry-once', 'drop'), 'sms.nationalLanguages': fc.constantFrom<Policy['sms.nationalLanguages'][]>([], ['es']) }),
  fc.record({ 'device.maxSecondaries': fc.constantFrom(0, 2, 9), 'reports.copyToOtherDevices': fc.constantFrom<Policy['reports.copyToOtherDevices'][]>('none', 'all') }),
  fc.record({ 'store.maxObjects': fc.constantFrom(2, 5_000_000), 'store.retentionDays': fc.constantFrom(0, 1), 'store.tombstoneDays': fc.constantFrom(1, 30) }),
  fc.record({ 'store.syncMaxAgeDays': fc.constantFrom(0, 1), 'store.syncMaxBytes': fc.constantFrom(0, 50) }),
  fc.record({ 'sms.leasedNumbers': fc.constantFrom<Policy['sms.leasedNumbers'][]>([], ['447700900001']) }),
  fc.record({ 'group.maxParticipants': fc.constantFrom(3, 256), 'ip.preferenceSec': fc.constantFrom(0, 15), 'deferred.ttlSec': fc.constantFrom(30, 3 * 86_400) }),
);

const WORDS = ['STOP', 'stopall ', 'START', 'Unstop', 'hello', 'hello', 'a longer answer', 'x'.repeat(9_000)] as const;

export const accounts: fc.Arbitrary<FeatureOperation> = fc.record({ op: fc.constant('account' as const), device: anyDevice, act: fc.constantFrom(...ACCOUNT_ACTS), number: few });
export const preferences: fc.Arbitrary<FeatureOperation> = fc.record({ op: fc.constant('prefer' as const), user, rules, profiles: fc.nat(2) });
export const policyChanges: fc.Arbitrary<FeatureOperation> = policy.map((change) => ({ op: 'policy' as const, change }));

const evidence = fc.record({
  op: fc.constant('evidence' as const), device: client, named: fc.boolean(), agoMs, forMs,
  word: fc.record({
    access: fc.constantFrom('IP' as const, 'CS' as const), state: fc.constantFrom('AVAILABLE' as const, 'AVAILABLE' as const, 'UNAVAILABLE' as const, 'SUSPECT' as const, 'UNKNOWN' as const),
    confidence: fc.constantFrom('DELIVERABLE' as const, 'HINT' as const), source: fc.constantFrom(...SOURCES), cause: maybe(fc.constantFrom('absent-subscriber', 'barred', 'memory-full')), documentVersion,
  }).map(defined),
}) as fc.Arbitrary<FeatureOperation>;
const restatements = fc.record({
  op: fc.constant('restate' as const), user, except: fc.boolean(), agoMs, forMs,
  word: fc.record({ source: fc.constantFrom(...SOURCES), state: maybe(fc.constantFrom('UNAVAILABLE' as const, 'AVAILABLE' as const)), documentVersion }).map(defined),
}) as fc.Arbitrary<FeatureOperation>;
export const words: fc.Arbitrary<FeatureOperation> = fc.oneof({ weight: 3, arbitrary: evidence }, { weight: 2, arbitrary: restatements });
export const networkReports: fc.Arbitrary<FeatureOperation> = fc.record({
  op: fc.constant('network' as const), user: fc.nat(1), hasReported: fc.boolean(), hasEnded: mostlyNot, isNamed: fc.boolean(), isStale: mostlyNot,
});
const boxesOf = (acts: readonly BoxAct[]): fc.Arbitrary<FeatureOperation> => fc.record({ op: fc.constant('box' as const), device: client, act: fc.constantFrom(...acts), number: few, other: few });
export const boxes = boxesOf(BOX_ACTS);
export const folders = boxesOf(['create', 'move', 'delete', 'create-folder', 'rename-folder', 'move-folder', 'move-folder', 'remove-folder']);

/** What one of these users writes to one of these. */
export const textsOf = (users: readonly number[], to: readonly (typeof ADDRESSEES)[number][]): fc.Arbitrary<FeatureOperation> => fc.record({
  op: fc.constant('text' as const), user: fc.constantFrom(...users), to: fc.constantFrom(...to), words: fc.constantFrom(...WORDS), part: fc.nat(3), total: fc.constantFrom(0, 0, 2, 2, 3), mayRepeat: fc.boolean(),
});

export const features: fc.Arbitrary<FeatureOperation> = fc.oneof(
  { weight: 3, arbitrary: accounts }, { weight: 3, arbitrary: preferences }, { weight: 4, arbitrary: words }, { weight: 1, arbitrary: networkReports },
  { weight: 3, arbitrary: policyChanges }, { weight: 4, arbitrary: boxes }, { weight: 4, arbitrary: textsOf([0, 1, 2], ADDRESSEES) },
);
