import { ConfigError, hostConfig, parseConfig } from './config.js';
import { redact } from './redaction.js';

const minimum = { CPM_JWKS_URL: 'file:///keys.json' };

describe('configuration', () => {
  it('has a default for everything but the keys', () => {
    expect(parseConfig(hostConfig, minimum)).toMatchObject({ HTTP_PORT: 8080, KAFKA_BROKERS: ['127.0.0.1:9092'], INBOX_PARTITIONS: 6, LOG_LEVEL: 'info' });
  });

  it('splits brokers and reads numbers', () => {
    expect(parseConfig(hostConfig, { ...minimum, KAFKA_BROKERS: 'a:1,b:2', HTTP_PORT: '0' })).toMatchObject({ KAFKA_BROKERS: ['a:1', 'b:2'], HTTP_PORT: 0 });
  });

  it.each([
    ['HTTP_PORT', 'eighty'], ['KAFKA_BROKERS', 'localhost'], ['MONGODB_URI', 'postgres://secret'], ['SMPP_URL', 'http://secret'], ['INBOX_PARTITIONS', '0'], ['LOG_LEVEL', 'loud'],
  ])('names %s when it does not parse and does not quote it', (name, value) => {
    const parse = () => parseConfig(hostConfig, { ...minimum, [name]: value });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(new RegExp(`^${name}: (?!.*secret)`));
  });

  it('names a variable that is missing', () => {
    expect(() => parseConfig(hostConfig, { CPM_JWKS_URL: '' })).toThrow(/^CPM_JWKS_URL: must be/);
  });
});

describe('redaction', () => {
  it.each([
    ['to tel:+4915110000001, again', 'to tel:*01, again'],
    ['/subscribers/tel%3A%2B4915110000001', '/subscribers/tel%3Atel:*01'],
    ['sip:alice@example.org is', 'sip:* is'],
    ['/u/AbC-_123456789012345678/content?grant=x-Y_z and more', '/u/*/content?grant=* and more'],
    ['POST /network/v1/t8/notifications/AbC-_123456', 'POST /network/v1/t8/notifications/*'],
    ['{"time":1700000000000,"offset":12345678}', '{"time":1700000000000,"offset":12345678}'],
  ])('%s -> %s', (line, expected) => expect(redact(line)).toBe(expected));
});
