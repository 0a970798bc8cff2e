import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, hostConfig, parseConfig } from './config.js';
import { kafkaSecurity } from './security-config.js';

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
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'ftp://secret'], ['OTEL_EXPORTER_OTLP_HEADERS', 'secret'], ['OTEL_TRACES_SAMPLER_ARG', '2'], ['OTEL_TRACES_SAMPLER_ARG', 'secret'], ['OTEL_BSP_MAX_QUEUE_SIZE', '0'],
  ])('names %s when it does not parse and does not quote it', (name, value) => {
    const parse = () => parseConfig(hostConfig, { ...minimum, [name]: value });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(new RegExp(`^${name}: (?!.*secret)`));
  });

  it('traces nothing unless a collector is named, and tells it what it wants to know', () => {
    expect(parseConfig(hostConfig, minimum).OTEL_EXPORTER_OTLP_ENDPOINT).toBeUndefined();
    const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS } = parseConfig(hostConfig, { ...minimum, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/', OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer a=b, x-tenant=cpm' });
    expect([OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS]).toEqual(['http://collector:4318', { authorization: 'Bearer a=b', 'x-tenant': 'cpm' }]);
  });

  it('reads origins as browsers name them', () => {
    expect(parseConfig(hostConfig, { ...minimum, CORS_ORIGINS: 'https://App.example:443/ , http://localhost:3000' }).CORS_ORIGINS).toEqual(['https://app.example', 'http://localhost:3000']);
    for (const wrong of ['*', 'null', 'app.example', 'https://a.example,']) expect(() => parseConfig(hostConfig, { ...minimum, CORS_ORIGINS: wrong })).toThrow(/^CORS_ORIGINS/);
  });

  describe('of security', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cpm-config-'));
    const fileOf = (text: string) => {
      const path = join(folder, String(Math.random()));
      writeFileSync(path, text);
      return path;
    };
    const file = fileOf('secret\n');
    const sasl = { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'routing', KAFKA_SASL_PASSWORD: 'secret' };
    afterAll(() => rmSync(folder, { recursive: true }));
    const messageOf = (work: () => unknown): string => {
      try {
        work();
        return 'nothing was wrong';
      } catch (error) {
        return (error as Error).message;
      }
    };
    const parse = (more: Readonly<Record<string, string>>) => parseConfig(hostConfig, { ...minimum, ...more });

    it('reads a secret from the file that NAME_FILE names, without its last line end', () => {
      expect(parse({ MONGODB_URI_FILE: fileOf('mongodb://u:p@db/?tls=true\n') }).MONGODB_URI).toBe('mongodb://u:p@db/?tls=true');
    });

    it('gives the Kafka clients TLS, a certificate and a user', () => {
      const config = parse({ KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: file, KAFKA_TLS_CERT_FILE: file, KAFKA_TLS_KEY_FILE: file, ...sasl, KAFKA_SASL_PASSWORD: '', KAFKA_SASL_PASSWORD_FILE: file });
      expect(kafkaSecurity(config)).toEqual({ tls: { caFile: file, client: { certFile: file, keyFile: file } }, sasl: { mechanism: 'scram-sha-512', username: 'routing', password: { file } } });
      expect(kafkaSecurity(parse({}))).toBeUndefined();
    });

    it.each([
      ['MONGODB_URI_FILE: cannot be read (ENOENT)', { MONGODB_URI_FILE: '/none/secret' }],
      ['MONGODB_URI_FILE: MONGODB_URI is set, too', { MONGODB_URI_FILE: file, MONGODB_URI: 'mongodb://secret' }],
      ['MONGODB_URI: must be mongodb', { MONGODB_URI_FILE: file }],
      ['MONGODB_URI: authMechanism=PLAIN', { MONGODB_URI: 'mongodb://u:secret@db:27017/?authMechanism=PLAIN' }],
      ['MONGODB_URI: authMechanism=PLAIN', { MONGODB_URI: 'mongodb://u:secret@127.0.0.1,db/?authMechanism=PLAIN' }],
      ['KAFKA_TLS: must be true or false', { KAFKA_TLS: 'secret' }],
      ['KAFKA_TLS_CA_FILE: has no effect without KAFKA_TLS=true', { KAFKA_TLS_CA_FILE: file }],
      ['KAFKA_TLS_CA_FILE: cannot be read (ENOENT)', { KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: '/none/secret' }],
      ['KAFKA_TLS_KEY_FILE: is missing', { KAFKA_TLS: 'true', KAFKA_TLS_CERT_FILE: file }],
      ['KAFKA_TLS_CERT_FILE: is missing', { KAFKA_TLS: 'true', KAFKA_TLS_KEY_FILE: file }],
      ['KAFKA_SASL_MECHANISM: ', { ...sasl, KAFKA_SASL_MECHANISM: 'secret' }],
      ['KAFKA_SASL_USERNAME: has no effect without KAFKA_SASL_MECHANISM', { KAFKA_SASL_USERNAME: 'secret' }],
      ['KAFKA_SASL_USERNAME: is missing', { ...sasl, KAFKA_SASL_USERNAME: '' }],
      ['KAFKA_SASL_PASSWORD: is missing, and so is KAFKA_SASL_PASSWORD_FILE', { ...sasl, KAFKA_SASL_PASSWORD: '' }],
      ['KAFKA_SASL_PASSWORD_FILE: KAFKA_SASL_PASSWORD is set, too', { ...sasl, KAFKA_SASL_PASSWORD_FILE: file }],
      ['KAFKA_SASL_MECHANISM: plain sends the password', { ...sasl, KAFKA_SASL_MECHANISM: 'plain', KAFKA_BROKERS: '127.0.0.1:9092,kafka:9092' }],
    ])('says "%s"', (message, more) => {
      expect(() => parse(more)).toThrow(ConfigError);
      const said = messageOf(() => parse(more));
      expect(said.startsWith(message)).toBe(true);
      expect(said).not.toContain('secret');
    });

    it('lets a password go in the clear to this machine only', () => {
      const plain = { ...sasl, KAFKA_SASL_MECHANISM: 'plain' };
      for (const brokers of ['127.0.0.1:9092', 'localhost:9092']) expect(() => parse({ ...plain, KAFKA_BROKERS: brokers })).not.toThrow();
      expect(() => parse({ ...plain, KAFKA_BROKERS: 'kafka:9093', KAFKA_TLS: 'true' })).not.toThrow();
      expect(() => parse({ MONGODB_URI: 'mongodb://u:secret@db/?authMechanism=PLAIN&tls=true' })).not.toThrow();
    });
  });

  it('names a variable that is missing', () => {
    expect(() => parseConfig(hostConfig, { CPM_JWKS_URL: '' })).toThrow(/^CPM_JWKS_URL: must be/);
  });
});
