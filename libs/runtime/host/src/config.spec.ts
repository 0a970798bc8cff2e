import { ConfigError, hostConfig, parseConfig } from './config.js';

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

  it('reads origins as browsers name them', () => {
    expect(parseConfig(hostConfig, { ...minimum, CORS_ORIGINS: 'https://App.example:443/ , http://localhost:3000' }).CORS_ORIGINS).toEqual(['https://app.example', 'http://localhost:3000']);
    for (const wrong of ['*', 'null', 'app.example', 'https://a.example,']) expect(() => parseConfig(hostConfig, { ...minimum, CORS_ORIGINS: wrong })).toThrow(/^CORS_ORIGINS/);
  });

  it('names a variable that is missing', () => {
    expect(() => parseConfig(hostConfig, { CPM_JWKS_URL: '' })).toThrow(/^CPM_JWKS_URL: must be/);
  });
});
