import { alphanumericAddress, e164Address } from './address.js';
import { classOfStatus, COMMAND_STATUS_CLASSES } from './command-status.js';
import { SmppInvalidPduError } from './errors.js';
import { absoluteSmppTime, relativeSmppTime } from './smpp-time.js';
import { parseSmppUrl } from './smpp-url.js';
import { submitSmFields } from './submit-sm.js';

describe('command_status classes', () => {
  it.each([
    [0x08, 'temporary', 'fault'], [0x14, 'temporary', 'healthy'], [0x64, 'temporary', 'healthy'], [0x58, 'throttled', 'healthy'],
    [0x0b, 'permanent', 'healthy'], [0x45, 'temporary', 'healthy'], [0xc2, 'permanent', 'healthy'], [0x04, 'temporary', 'fault'], [0x4ab, 'temporary', 'healthy'],
  ])('0x%s is %s', (status, kind, link) => {
    expect(classOfStatus(status)).toMatchObject({ kind, link });
  });

  it('says of every class that may be tried again how often and when', () => {
    for (const row of [...Object.values(COMMAND_STATUS_CLASSES), classOfStatus(0x4ab)]) {
      expect({ name: row.name, again: row.retryAfterMs !== undefined }).toEqual({ name: row.name, again: row.kind !== 'permanent' });
      expect(row.attempts !== undefined).toBe(row.kind === 'temporary');
    }
  });

  it('lets one SMSC differ', () => {
    expect(classOfStatus(0x45, { 0x45: { name: 'blocked', kind: 'permanent', then: 'give-up', link: 'healthy' } }).kind).toBe('permanent');
  });
});

describe('addresses', () => {
  it('takes E.164 with and without plus', () => {
    expect(e164Address('+4915110000001')).toEqual({ ton: 1, npi: 1, address: '4915110000001' });
    expect(e164Address('4915110000001')).toEqual(e164Address('+4915110000001'));
  });

  it.each(['', '+44abc', '123', '+0491511000000', '1'.repeat(16), '++4915110000001', '4915110000001\0'])('refuses %j as a number', (number) => {
    expect(() => e164Address(number)).toThrow(RangeError);
  });

  it('takes sender names of at most 11 characters', () => {
    expect(alphanumericAddress('My Operator')).toEqual({ ton: 5, npi: 0, address: 'My Operator' });
    for (const name of ['', 'twelve chars', 'a@b', ' x']) expect(() => alphanumericAddress(name)).toThrow(RangeError);
  });
});

describe('times', () => {
  it.each([
    [1, '000000000001000R'], [1_000, '000000000001000R'], [90_061_000, '000001010101000R'], [72 * 3_600_000, '000003000000000R'],
    [0, '000000000001000R'], [400 * 86_400_000, '000030000000000R'],
  ])('%i ms is %s', (durationMs, expected) => {
    expect(relativeSmppTime(durationMs)).toBe(expected);
  });

  it('writes an instant in UTC', () => {
    expect(absoluteSmppTime(new Date('2026-03-02T09:20:07.480Z'))).toBe('260302092007400+');
  });
});

describe('SMPP URLs', () => {
  it.each([
    ['smpp://esme:secret@smsc.example:2776', { host: 'smsc.example', port: 2776, transport: 'tcp', systemId: 'esme', password: 'secret' }],
    ['ssmpp://esme:s%40c@[::1]', { host: '::1', port: 3550, transport: 'tls', systemId: 'esme', password: 's@c' }],
    ['smpp://esme@h', { port: 2775, password: '' }],
    ['smpp://esme:50%25%off@h', { password: '50%25%off' }],
  ])('%s', (url, expected) => {
    expect(parseSmppUrl(url)).toMatchObject(expected);
  });

  it.each(['', 'smsc:2775', 'http://esme:hunter2@h', 'smpp://:hunter2@h', 'smpp://sixteenlettersxx:hunter2@h', 'smpp://esme:hunter2\u00e9@h:99999'])(
    'refuses %j without quoting a password',
    (url) => {
      expect(() => parseSmppUrl(url)).toThrow(TypeError);
      expect(() => parseSmppUrl(url)).not.toThrow(/hunter2/);
    },
  );
});

describe('submissions', () => {
  const good = { source: e164Address('+4915110000001'), destination: e164Address('+4915110000002'), dataCoding: 0, esmClass: 0, shortMessage: Buffer.from('x') };

  it('fills what is not set', () => {
    expect(submitSmFields(good)).toMatchObject({ service_type: '', registered_delivery: 0, validity_period: '', data_coding: 0 });
    expect(submitSmFields(good)).not.toHaveProperty('user_message_reference');
  });

  it.each([
    ['shortMessage', { shortMessage: Buffer.alloc(255) }],
    ['source.address', { source: { ton: 1, npi: 1, address: '1'.repeat(21) } }],
    ['destination.address', { destination: { ton: 1, npi: 1, address: '1\x002' } }],
    ['validityPeriod', { validityPeriod: '3 days' }],
    ['dataCoding', { dataCoding: 256 }],
    ['userMessageReference', { userMessageReference: 65_536 }],
  ])('names %s when it is out of range', (path, change) => {
    try {
      submitSmFields({ ...good, ...change });
      throw new Error('was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(SmppInvalidPduError);
      expect((error as SmppInvalidPduError).problems.map((problem) => problem.path)).toEqual([path]);
    }
  });
});
