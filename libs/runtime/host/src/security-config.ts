import { readFileSync } from 'node:fs';
import type { KafkaSecurity } from '@cpm/runtime-kafka';
import type { z } from 'zod';

/** What the configuration says about how this process shows who it is. */
interface SecuritySettings {
  readonly KAFKA_BROKERS: readonly string[];
  readonly KAFKA_TLS: boolean;
  readonly KAFKA_TLS_CA_FILE?: string | undefined;
  readonly KAFKA_TLS_CERT_FILE?: string | undefined;
  readonly KAFKA_TLS_KEY_FILE?: string | undefined;
  readonly KAFKA_SASL_MECHANISM?: 'scram-sha-512' | 'scram-sha-256' | 'plain' | undefined;
  readonly KAFKA_SASL_USERNAME?: string | undefined;
  readonly KAFKA_SASL_PASSWORD?: string | undefined;
  readonly KAFKA_SASL_PASSWORD_FILE?: string | undefined;
  readonly MONGODB_URI: string;
}

type Name = keyof SecuritySettings;
const TLS_FILES = ['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'] as const;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;

/** What belongs together is there together, files can be read, and no password goes over a network in the clear. */
export function checkSecurity(settings: SecuritySettings, context: z.RefinementCtx): void {
  const fault = (name: Name, message: string) => context.addIssue({ code: 'custom', path: [name], message });
  checkTls(settings, fault);
  checkSasl(settings, fault);
  const { hosts, options } = partsOfMongoUri(settings.MONGODB_URI);
  const isSent = options.get('authmechanism')?.toUpperCase() === 'PLAIN';
  const isEncrypted = settings.MONGODB_URI.startsWith('mongodb+srv:') ? options.get('tls') !== 'false' : [options.get('tls'), options.get('ssl')].includes('true');
  if (isSent && !isEncrypted && !hosts.every(isLoopback)) fault('MONGODB_URI', 'authMechanism=PLAIN sends the password as it is, so it needs tls=true unless the host is this machine');
}

type Fault = (name: Name, message: string) => void;

function checkTls(settings: SecuritySettings, fault: Fault): void {
  for (const name of TLS_FILES) {
    if (settings[name] !== undefined && !settings.KAFKA_TLS) fault(name, 'has no effect without KAFKA_TLS=true');
    checkReadable(name, settings[name], fault);
  }
  const { KAFKA_TLS_CERT_FILE: cert, KAFKA_TLS_KEY_FILE: key } = settings;
  if (cert !== undefined && key === undefined) fault('KAFKA_TLS_KEY_FILE', 'is missing: a certificate needs its key');
  if (key !== undefined && cert === undefined) fault('KAFKA_TLS_CERT_FILE', 'is missing: a key needs its certificate');
}

function checkSasl(settings: SecuritySettings, fault: Fault): void {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password, KAFKA_SASL_PASSWORD_FILE: file } = settings;
  const given = ([['KAFKA_SASL_USERNAME', username], ['KAFKA_SASL_PASSWORD', password], ['KAFKA_SASL_PASSWORD_FILE', file]] as const).filter(([, value]) => value !== undefined);
  if (mechanism === undefined) {
    for (const [name] of given) fault(name, 'has no effect without KAFKA_SASL_MECHANISM');
    return;
  }
  if (username === undefined) fault('KAFKA_SASL_USERNAME', 'is missing');
  if (password === undefined && file === undefined) fault('KAFKA_SASL_PASSWORD', 'is missing, and so is KAFKA_SASL_PASSWORD_FILE');
  if (password !== undefined && file !== undefined) fault('KAFKA_SASL_PASSWORD_FILE', 'KAFKA_SASL_PASSWORD is set, too');
  checkReadable('KAFKA_SASL_PASSWORD_FILE', file, fault);
  const hosts = settings.KAFKA_BROKERS.map((broker) => broker.slice(0, broker.lastIndexOf(':')));
  if (mechanism === 'plain' && !settings.KAFKA_TLS && !hosts.every(isLoopback)) fault('KAFKA_SASL_MECHANISM', 'plain sends the password as it is, so it needs KAFKA_TLS=true unless the broker is this machine');
}

function checkReadable(name: Name, file: string | undefined, fault: Fault): void {
  if (file === undefined) return;
  try {
    readFileSync(file);
  } catch (error) {
    fault(name, `cannot be read (${String((error as NodeJS.ErrnoException).code)})`);
  }
}

function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** A connection string may name several hosts, which URL does not take. */
function partsOfMongoUri(uri: string): { readonly hosts: readonly string[]; readonly options: ReadonlyMap<string, string> } {
  const [address = '', query = ''] = uri.replace(/^mongodb(\+srv)?:\/\//, '').split('?');
  const [members = ''] = address.slice(address.lastIndexOf('@') + 1).split('/');
  const options = [...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value] as const);
  return { hosts: members.split(',').map((member) => member.replace(/:\d+$/, '')), options: new Map(options) };
}

/** How the Kafka clients of this process connect; undefined where neither TLS nor a user is asked for. */
export function kafkaSecurity(settings: SecuritySettings): KafkaSecurity | undefined {
  const { KAFKA_TLS, KAFKA_TLS_CA_FILE: caFile, KAFKA_TLS_CERT_FILE: certFile, KAFKA_TLS_KEY_FILE: keyFile } = settings;
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username = '', KAFKA_SASL_PASSWORD = '', KAFKA_SASL_PASSWORD_FILE: file } = settings;
  if (!KAFKA_TLS && mechanism === undefined) return undefined;
  return {
    ...(KAFKA_TLS && { tls: { caFile, ...(certFile !== undefined && keyFile !== undefined && { client: { certFile, keyFile } }) } }),
    ...(mechanism && { sasl: { mechanism, username, password: file === undefined ? KAFKA_SASL_PASSWORD : { file } } }),
  };
}
