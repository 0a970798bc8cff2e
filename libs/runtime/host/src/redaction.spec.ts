import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { createLogger } from './logging.js';
import { redactionBy } from './redaction.js';

const KEY = 'k'.repeat(32);
const redact = redactionBy(KEY);
const tag = (address: string) => `#${createHmac('sha256', KEY).update(address).digest('hex').slice(0, 12)}`;
const alice = `tel:${tag('tel:+4915110000001')}`;
const sip = `sip:${tag('sip:alice@example.org')}`;

it.each([
  ['to tel:+4915110000001, again', `to ${alice}, again`],
  ['to +4915110000001|urn', `to ${alice}|urn`],
  ['/subscribers/tel%3A%2B4915110000001', `/subscribers/tel%3A${alice}`],
  ['/subscribers/%2B491511000000100000000 and 491511000000100000000', `/subscribers/tel:${tag('tel:+491511000000100000000')} and tel:${tag('tel:+491511000000100000000')}`],
  ['/notifications/msisdn-4915110000001?x', `/notifications/msisdn-${alice}?x`],
  ['{"source_addr":"4915110000001","n":4915110000001}', `{"source_addr":"${alice}","n":"${alice}"}`],
  ['sip:Alice@example.org is', `${sip} is`],
  ['sips%3Aalice%40example.org', `sip:${tag('sips:alice@example.org')}`],
  ['urn:gsma:imei:35684410-123456-7 and urn%3Agsma%3Aimei%3A35684410-123456-7', `urn:gsma:imei:${tag('35684410-123456-7')} and urn%3Agsma%3Aimei%3A${tag('35684410-123456-7')}`],
  ['/u/AbC-_123456789012345678/content?grant=x-Y_z and more', '/u/*/content?grant=* and more'],
  ['POST /network/v1/t8/notifications/AbC-_123456', 'POST /network/v1/t8/notifications/*'],
  ['POST /cpm/v1/files?fileName=My%20diary.pdf', 'POST /cpm/v1/files?fileName=*'],
  ['Authorization: Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ0ZWwifQ.c2ln', 'Authorization: Bearer [token]'],
  ['connecting to mongodb://cpm:p4ss@db:27017/?tls=true', 'connecting to mongodb://***@db:27017/?tls=true'],
  ['Invalid connection string "mongodb://cpm:p@ss/word@db"', 'Invalid connection string "mongodb://***@db"'],
  ['smpp://cpm:p4ss@smsc:2775 and http://host:8080/a', 'smpp://***@smsc:2775 and http://host:8080/a'],
  ['cpm.v1, bearer.abcdefgh.ijkl', 'cpm.v1, bearer.[token]'],
  ['{"time":1700000000000,"offset":12345678,"ms":0.12345678901234}', '{"time":1700000000000,"offset":12345678,"ms":0.12345678901234}'],
  ['urn:uuid:00000000-0000-4000-8000-000000000012 9f86d081884c7d659a2feaa0c55ad015', 'urn:uuid:00000000-0000-4000-8000-000000000012 9f86d081884c7d659a2feaa0c55ad015'],
  ['{"traceId":"12345678901234567890123456789012","spanId":"1234567890123456"}', '{"traceId":"12345678901234567890123456789012","spanId":"1234567890123456"}'],
  ['{"spanId":"4915110000001","x":"\\"spanId\\":\\"1234567890123456\\""}', `{"spanId":"${alice}","x":"\\"spanId\\":\\"tel:${tag('tel:+1234567890123456')}\\""}`],
])('%s -> %s', (line, expected) => expect(redact(line)).toBe(expected));

it('tags differently under another key, and without one differently in each process', () => {
  const tags = new Set([redact, redactionBy('j'.repeat(32)), redactionBy(), redactionBy()].map((by) => by('tel:+4915110000001')));
  expect(tags.size).toBe(4);
});

it('leaves of no number anything in a line, which stays JSON of one line, whatever stands in it', () => {
  const lines: string[] = [];
  const logger = createLogger({ LOG_LEVEL: 'trace', LOG_ADDRESS_KEY: KEY }, { write: (line) => void lines.push(line) });
  fc.assert(fc.property(fc.string(), fc.constantFrom('+', 'tel:+', '%2B', ''), fc.integer({ min: 200_000_000_000, max: 999_999_999_999_999 }), fc.string(), (before, prefix, number, after) => {
    // An instant is none, and a longer run of digits, or of hexadecimal ones, is another word.
    fc.pre(!/^1[5-9]\d{11}$/.test(String(number)) && !/[\da-f.]$/.test(before) && !/^[\da-f]/.test(after));
    lines.length = 0;
    logger.trace({ peer: `${before}${prefix}${number}${after}`, number, nested: { body: 'secret words' } }, `${before} ${number} ${after}\r\n{"level":60}`);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]*\n$/);
    expect(lines[0]).not.toContain(String(number));
    expect(lines[0]).not.toContain('secret words');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 10 });
  }));
});
