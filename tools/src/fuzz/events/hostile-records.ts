import { ceType, SERVICES } from '@cpm/runtime-decider';
import { CONTRACTS } from '../../contracts.js';
import { envelopeOf, recordOf, withData, type FuzzRecord, type GoodEvent, type Parts } from './fuzz-record.js';
import { Dice } from './random.js';

type Hostile = (event: GoodEvent, dice: Dice) => FuzzRecord;

/** Below the broker's 1,048,588 bytes for a batch of one record with its key. */
const NEARLY_FULL = 1_040_000;

const good = ({ contract, ...event }: GoodEvent, dice: Dice): Parts => envelopeOf({ contract, ...event }, ceType(contract), dice);
const whole = (event: GoodEvent, dice: Dice): string => withData(good(event, dice), JSON.stringify(event.payload));
const changed = (kind: string, change: (parts: Parts, dice: Dice, event: GoodEvent) => Parts): Hostile => (event, dice) =>
  recordOf(event, kind, withData(change(good(event, dice), dice, event), JSON.stringify(event.payload)));
const without = (parts: Parts, name: string): Parts => Object.fromEntries(Object.entries(parts).filter(([own]) => own !== name));
const instead = (kind: string, values: readonly string[]): Hostile => (event, dice) => recordOf(event, kind, dice.one(values));
const bytes = (kind: string, make: (event: GoodEvent, dice: Dice) => Buffer | null): Hostile => (event, dice) => recordOf(event, kind, make(event, dice));

const ENVELOPES: readonly Hostile[] = [
  changed('envelope: field missing', (parts, dice) => without(parts, dice.one(['id', 'source', 'type', 'specversion']))),
  changed('envelope: wrong type', (parts, dice) => ({ ...parts, [dice.one(['id', 'source', 'type', 'specversion'])]: dice.one([1, null, {}, [], true, ['x']]) })),
  changed('envelope: version', (parts, dice) => ({ ...parts, specversion: dice.one(['0.3', '1', '2.0', '']) })),
  changed('envelope: source', (parts, dice) => ({ ...parts, id: '1.0', source: dice.one(['', '/', '__proto__', '/x', 'constructor', '/routing/1/0/../../ingress', '/a.b/1/0', '/$where/1/0', '/routing/1/-1', '/routing/1/0\u0000', `/${'a'.repeat(5_000)}/ingress`, 'ingress', '/Routing/ingress']) })),
  changed('envelope: id', (parts, dice) => ({ ...parts, source: '/routing/1/0', id: dice.one(['', 'x', '1', '1.', '.1', '-1.0', '1e3.0', '1.0.0', 'NaN.0', '9'.repeat(30), ' 1.0', '0x1.0']) })),
  changed('envelope: id too long', (parts) => ({ ...parts, id: 'i'.repeat(300) })),
  changed('unknown type', (parts, dice, { contract }) => ({ ...parts, type: dice.one(['', 'x', '__proto__', 'constructor', 'toString', 'cpm', `cpm.${contract.owner}.Nothing.v1`, `${ceType(contract)} `, ceType(contract).toUpperCase(), '$where', '\u0000']) })),
  changed('unknown version', (parts, dice, { contract }) => ({ ...parts, type: ceType({ ...contract, version: dice.one([0, 2, 3, -1, 999, 1.5]) }) })),
  (event, dice) => {
    const deaf = CONTRACTS.filter(({ listeners }) => !listeners.includes(event.service));
    return recordOf(event, 'type of another service', withData({ ...good(event, dice), type: ceType(dice.one(deaf)) }, JSON.stringify(event.payload)));
  },
  (event, dice) => recordOf(event, 'data missing', JSON.stringify(good(event, dice))),
  (event, dice) => recordOf(event, 'data no object', withData(good(event, dice), dice.one(['null', '1', '"x"', '[]', 'true', '[[]]', '""']))),
  (event, dice) => recordOf(event, 'timer of nobody', withData({ ...good(event, dice), type: 'cpm.runtime.TimerDue.v1' }, dice.one(['null', '{}', '{"aggregate":"__proto__","id":"x","timer":"y","at":1}', '{"aggregate":1,"id":2,"timer":3,"at":4}', '{"aggregate":"constructor","id":"x","timer":"__proto__","at":1e999}']))),
];

const TEXTS: readonly Hostile[] = [
  instead('not JSON', ['{', '}', '{]', 'null,', '{"a":}', "{'a':1}", '{"a":1}{"a":1}', 'undefined', 'NaN', '{"a":NaN}', '{"a":Infinity}', '{"a":-}', '{"a":01}', '{"a":0x10}', '\u0000', '<xml/>', '--', '"', '\\u0000', '{"specversion":"1.0"', '\ufeff{}']),
  instead('JSON, no object', ['null', 'true', '0', '-0', '1e999', '""', '"text"', '[]', '[1]', '[{}]', '"\\ud800"']),
  instead('JSON, another object', ['{}', '{"__proto__":{"specversion":"1.0","id":"1","source":"/x/ingress","type":"y"}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"toString":1}', '{"":""}']),
  (event, dice) => recordOf(event, 'cut off', whole(event, dice).slice(0, -dice.from(1, 40))),
  (event, dice) => recordOf(event, 'twice in one', whole(event, dice).repeat(2)),
  (event) => recordOf(event, 'deep JSON', `${'['.repeat(20_000)}${']'.repeat(20_000)}`),
  (event) => recordOf(event, 'deep JSON, cut off', '{"a":'.repeat(30_000)),
];

const BYTES: readonly Hostile[] = [
  bytes('0 bytes', () => Buffer.alloc(0)),
  bytes('tombstone', () => null),
  bytes('random bytes', (_, dice) => Buffer.concat([Buffer.from([0xff]), dice.bytes(dice.from(1, 200))])),
  bytes('not UTF-8', (event, dice) => Buffer.concat([Buffer.from(whole(event, dice).slice(0, -1)), Buffer.from(',"x":"'), Buffer.from(dice.one([[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]])), Buffer.from('"}')])),
  bytes('UTF-16', (event, dice) => Buffer.from(whole(event, dice), 'utf16le')),
  bytes('a gzip file', () => Buffer.from('1f8b0800000000000003ab5602000000ffff0300', 'hex')),
  bytes('spaces', (_, dice) => Buffer.alloc(dice.from(1, 5_000), 0x20)),
];

const LARGE: readonly Hostile[] = [
  bytes('nearly full: letters', () => Buffer.alloc(NEARLY_FULL, 0x61)),
  bytes('nearly full: each needs an escape of six', () => Buffer.alloc(NEARLY_FULL, 0x01)),
  bytes('nearly full: brackets', () => Buffer.alloc(NEARLY_FULL, 0x5b)),
  bytes('nearly full: an array of numbers', (event, dice) => Buffer.from(withData(good(event, dice), `[${'1,'.repeat(500_000)}1]`))),
  bytes('nearly full: one key twice and twice', (event, dice) => Buffer.from(withData(good(event, dice), `{${'"a":1,'.repeat(140_000)}"a":1}`))),
];

const KEYS: readonly Hostile[] = [
  (event, dice) => recordOf(event, 'no key', whole(event, dice), { key: null }),
  (event, dice) => recordOf(event, 'empty key', whole(event, dice), { key: Buffer.alloc(0) }),
  (event, dice) => recordOf(event, 'key of another user', whole(event, dice), { key: Buffer.from(`tel:+4966${dice.from(100_000, 999_999)}`) }),
  (event, dice) => recordOf(event, 'key no address', whole(event, dice), { key: Buffer.from(dice.one(['__proto__', 'x', `${event.key} `, event.key.toUpperCase(), `${event.key}\u0000`, `${event.key}|x`, '$where'])) }),
  (event, dice) => recordOf(event, 'key not UTF-8', whole(event, dice), { key: Buffer.concat([Buffer.from(event.key), Buffer.from([0xff])]) }),
  (event, dice) => recordOf(event, 'key of 200 kB', whole(event, dice), { key: Buffer.alloc(200_000, 0x6b) }),
  (event, dice) => recordOf(event, 'wrong partition', whole(event, dice), { misplaced: true }),
];

const HEADERS: readonly Hostile[] = [
  (event, dice) => recordOf(event, 'headers instead of content', Buffer.alloc(0), { headers: { ce_id: '1', ce_type: ceType(event.contract), ce_source: '/x/ingress', ce_specversion: '1.0', 'content-type': dice.one(['application/json', 'text/plain', '']) } }),
  (event) => recordOf(event, 'headers of 300 kB, no content', Buffer.alloc(0), { headers: Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`header-${index}`, 'v'.repeat(85)])) }),
];

const LARGE_CHANCE = 0.002;

/** A record that has to be put aside, by what surrounds or carries the payload rather than by the payload. */
export function hostileRecord(event: GoodEvent, dice: Dice): FuzzRecord {
  if (dice.is(LARGE_CHANCE)) return dice.one(LARGE)(event, dice);
  if (dice.is(LARGE_CHANCE)) return dice.one([...KEYS.slice(-2, -1), ...HEADERS.slice(-1)])(event, dice);
  const group = dice.one([ENVELOPES, ENVELOPES, TEXTS, BYTES, KEYS.filter((_, index) => index !== KEYS.length - 2), HEADERS.slice(0, 1)]);
  return dice.one(group)(event, dice);
}

/** What looks odd and has to be taken: what nobody reads, and what a later version may add. */
export function oddRecord(event: GoodEvent, dice: Dice): FuzzRecord {
  const taken = (kind: string, value: string, about: Partial<FuzzRecord> = {}) => recordOf(event, kind, value, { must: 'be taken', ...about });
  return dice.one([
    () => taken('odd headers', whole(event, dice), { headers: { ce_id: ['1', '2'], '': '', traceparent: 'x'.repeat(2_000), ['__proto__x']: Buffer.from([0xff]) } }),
    () => taken('further attributes', withData({ ...good(event, dice), time: 'no time', datacontenttype: 'text/html', subject: null, extension: { a: 1 } }, JSON.stringify(event.payload))),
    () => taken('further fields', withData(good(event, dice), JSON.stringify({ ...(event.payload as object), later: { a: [1, 'x'] }, $set: 1, 'a.b': 2 }))),
    () => taken('white space around', `\n\t ${whole(event, dice)} \r\n`),
    () => taken('the same twice', whole(event, new Dice(dice.from(0, 50)))),
    () => taken('an old position', withData({ ...good(event, dice), source: `/${dice.one(SERVICES)}/1/${dice.from(0, 5)}`, id: `0.${dice.from(0, 2)}` }, JSON.stringify(event.payload))),
  ])();
}
