import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayConfig } from './gateway-config.js';
import { smscsOf } from './smsc-settings.js';

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'smscs-'))));
afterAll(() => rmSync(directory, { recursive: true }));

const least = { id: 'north', addresses: [{ host: 'smsc.example' }], systemId: 'cpm', passwordEnv: 'NORTH_PASSWORD' };
const environment = { NORTH_PASSWORD: 'geheim' };

function written(content: unknown): string {
  const path = join(directory, `${Math.random()}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const load = (content: unknown, env: Record<string, string> = environment) => smscsOf(gatewayConfig.parse({ SMSC_CONFIG: written(content) }), env);

it('has none without configuration, and the one of SMPP_URL as fast as ever', () => {
  expect(smscsOf(gatewayConfig.parse({}), {})).toEqual([]);
  const [one] = smscsOf(gatewayConfig.parse({ SMPP_URL: 'ssmpp://me:p%40ss@[::1]:3551', SMPP_WINDOW: '7', SMPP_SMSC_ID: 'x', SMPP_VALIDITY: 'absolute' }), {});
  expect(one).toMatchObject({
    id: 'x', systemId: 'me', password: 'p@ss', transport: 'tls', addresses: [{ host: '::1', port: 3551 }], window: 7, ratePerSec: Infinity, binds: 1, validity: 'absolute', routes: [{ prefix: '', priority: 1 }],
  });
});

it('takes what most SMSCs ask for where nothing is said', () => {
  expect(load({ smscs: [least] })).toMatchObject([{
    id: 'north', password: 'geheim', transport: 'tcp', addresses: [{ host: 'smsc.example', port: 2775 }], binds: 1, window: 10, ratePerSec: 25, weight: 1,
    idFormat: 'auto', validity: 'relative', senderName: 'CPM', senderFallback: false, setDpf: false, cancel: true, statusOverrides: {},
  }]);
});

it('reads everything else', () => {
  const ca = written('PEM');
  const [smsc] = load({ smscs: [{
    ...least, tls: { ca, servername: 'smsc' }, ratePerSec: null, statusOverrides: { '0x45': { class: 'retry-later', waitSec: 5, attempts: 4 }, 20: { class: 'elsewhere' } },
    routes: [{ prefix: '49' }, { prefix: '', priority: 2 }],
  }] });
  expect(smsc).toMatchObject({
    transport: 'tls', addresses: [{ port: 3550 }], tls: { ca: 'PEM', servername: 'smsc' }, ratePerSec: Infinity,
    statusOverrides: { 0x45: { class: 'retry-later', waitMs: 5_000, attempts: 4 }, 0x14: { class: 'elsewhere' } }, routes: [{ prefix: '49', priority: 1 }, { prefix: '', priority: 2 }],
  });
});

it.each([
  ['no list', {}, 'SMSC_CONFIG smscs:'],
  ['none', { smscs: [] }, 'SMSC_CONFIG smscs:'],
  ['two of one name', { smscs: [least, least] }, 'SMSC_CONFIG smscs.1.id: is that of another SMSC'],
  ['a word that is none', { smscs: [{ ...least, pasword: 'geheim' }] }, 'SMSC_CONFIG smscs.0'],
  ['no address', { smscs: [{ ...least, addresses: [] }] }, 'SMSC_CONFIG smscs.0.addresses:'],
  ['a port out of range', { smscs: [{ ...least, addresses: [{ host: 'h', port: 70_000 }] }] }, 'SMSC_CONFIG smscs.0.addresses.0.port:'],
  ['a prefix with plus sign', { smscs: [{ ...least, routes: [{ prefix: '+49' }] }] }, 'SMSC_CONFIG smscs.0.routes.0.prefix: must be the first digits'],
  ['a time zone that there is not', { smscs: [{ ...least, utcOffsetMinutes: 900 }] }, 'SMSC_CONFIG smscs.0.utcOffsetMinutes:'],
  ['a rate of zero', { smscs: [{ ...least, ratePerSec: 0 }] }, 'SMSC_CONFIG smscs.0.ratePerSec:'],
  ['a status that is none', { smscs: [{ ...least, statusOverrides: { throttled: { class: 'give-up' } } }] }, 'SMSC_CONFIG smscs.0.statusOverrides'],
  ['a password that is not set', { smscs: [{ ...least, passwordEnv: 'SOUTH' }] }, 'SMSC_CONFIG smscs.0.passwordEnv: the environment variable SOUTH is not set'],
  ['a certificate that is not there', { smscs: [{ ...least, tls: { ca: '/nowhere.pem' } }] }, 'SMSC_CONFIG smscs.0.tls.ca: /nowhere.pem cannot be read: ENOENT'],
  ['no JSON', '{', 'is not JSON'],
])('refuses %s and names the field', (_, content, message) => {
  let refusal = 'none';
  try {
    load(content);
  } catch (error) {
    refusal = (error as Error).message;
  }
  expect(refusal).toContain(message);
  expect(refusal).not.toContain('geheim');
});

it('refuses a file that is not there, and both ways of configuration at once', () => {
  expect(() => smscsOf(gatewayConfig.parse({ SMSC_CONFIG: '/nowhere.json' }), {})).toThrow('SMSC_CONFIG: /nowhere.json cannot be read: ENOENT');
  expect(() => smscsOf(gatewayConfig.parse({ SMSC_CONFIG: '/nowhere.json', SMPP_URL: 'smpp://a:b@c' }), {})).toThrow('SMSC_CONFIG and SMPP_URL: only one');
});
