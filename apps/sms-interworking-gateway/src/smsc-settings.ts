import { readFileSync } from 'node:fs';
import { ConfigError } from '@cpm/runtime-host';
import { DEFAULT_PORTS, parseSmppUrl, type StatusOverride } from '@cpm/smpp';
import { z } from 'zod';
import { errorCauses } from './receipt-cause.js';
import { idFormat, senderName, smscId, systemType, validityForm, type GatewayConfig } from './gateway-config.js';

const port = z.number().int().min(1).max(65_535);
const octet = z.number().int().min(0).max(255);
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable');
const file = z.string().min(1);
const seconds = z.number().positive().max(86_400);

const statusOverride = z.strictObject({
  class: z.enum(['retry-later', 'elsewhere', 'give-up', 'throttled']),
  waitSec: seconds.optional(),
  /** Each further wait is so many times as long. */
  growth: z.number().min(1).max(10).optional(),
  /** Tries at this SMSC in all. */
  attempts: z.number().int().min(1).max(100).optional(),
  /** `fault`: speaks of the SMSC and may open its circuit. */
  link: z.enum(['healthy', 'fault']).optional(),
});

const smsc = z.strictObject({
  id: smscId,
  /** The binds are spread over the addresses, and each reconnection takes the next one. */
  addresses: z.array(z.strictObject({ host: z.string().min(1).max(255), port: port.optional() })).min(1).max(16),
  systemId: z.string().min(1).max(15).regex(/^[\x20-\x7e]*$/, 'must be ASCII'),
  /** Name of the environment variable that holds the password. */
  passwordEnv: variable,
  /** Paths of PEM files; `{}` is TLS with the machine's own authorities. */
  tls: z.strictObject({ ca: file.optional(), cert: file.optional(), key: file.optional(), servername: z.string().min(1).optional() }).optional(),
  binds: z.number().int().min(1).max(32).default(1),
  systemType,
  /** Unanswered submissions of one bind. */
  window: z.number().int().min(1).max(1_000).default(10),
  /** Of one bind; null: as fast as the window lets. */
  ratePerSec: z.number().positive().max(10_000).nullable().default(25),
  /** Without an answer for so long, the outcome of a submission is unknown. */
  responseTimeoutSec: z.number().min(0.1).max(60).default(10),
  weight: z.number().positive().max(1_000).default(1),
  /** Numbers that it takes, by the first digits; the longest prefix of all SMSCs wins. `priority` 1 is tried before 2. */
  routes: z.array(z.strictObject({ prefix: z.string().regex(/^\d{0,15}$/, 'must be the first digits of numbers in international form, without +'), priority: z.number().int().min(1).max(100).default(1) })).min(1).default([{ prefix: '', priority: 1 }]),
  idFormat: idFormat.default('auto'),
  validity: validityForm.default('relative'),
  senderName: senderName.default('CPM'),
  /** Where it refuses the sender's address, the text may go once more from `senderName`. */
  senderFallback: z.boolean().default(false),
  /** Type and plan of a short code as sender. */
  shortCode: z.strictObject({ ton: octet, npi: octet }).default({ ton: 3, npi: 0 }),
  /** By command_status, decimal or 0x hexadecimal. */
  statusOverrides: z.record(z.string().regex(/^(0x[0-9a-f]{1,8}|\d{1,10})$/i, 'must be a command_status, such as 0x45'), statusOverride).default({}),
  /** What its error codes in receipts mean for the handset; those of GSM networks are known. */
  errorCauses: errorCauses.default({}),
  /** Minutes that its clock is ahead of UTC: done dates of its receipts then date what they show of handsets; absent: their arrival does. */
  utcOffsetMinutes: z.number().int().min(-720).max(840).optional(),
  /** Asks for an alert when a handset that was away can be reached. */
  setDpf: z.boolean().default(false),
  /** It understands cancel_sm. */
  cancel: z.boolean().default(true),
});

/** What the file of `SMSC_CONFIG` holds. */
export const smscsConfig = z.strictObject({
  smscs: z.array(smsc).min(1).max(32).superRefine((all, context) => {
    all.forEach(({ id }, at) => {
      if (all.findIndex((other) => other.id === id) < at) context.addIssue({ code: 'custom', path: [at, 'id'], message: 'is that of another SMSC' });
    });
  }),
});

/** All that the gateway knows of one SMSC. */
export interface SmscSettings extends Omit<z.output<typeof smsc>, 'passwordEnv' | 'tls' | 'ratePerSec' | 'statusOverrides' | 'addresses'> {
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly password: string;
  readonly transport: 'tcp' | 'tls';
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string };
  /** Infinity: no limit. */
  readonly ratePerSec: number;
  readonly statusOverrides: Readonly<Record<number, StatusOverride>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The SMSCs of `SMSC_CONFIG`, or the one of `SMPP_URL`, or none. @throws ConfigError that names the field and quotes no password */
export function smscsOf(config: GatewayConfig, environment: Environment = process.env): readonly SmscSettings[] {
  const { SMSC_CONFIG, SMPP_URL } = config;
  if (SMSC_CONFIG === undefined) return SMPP_URL === undefined ? [] : [theOneOf(SMPP_URL, config)];
  if (SMPP_URL !== undefined) throw new ConfigError('SMSC_CONFIG and SMPP_URL: only one of them may be set');
  const result = smscsConfig.safeParse(jsonOf(SMSC_CONFIG));
  if (!result.success) throw new ConfigError(result.error.issues.map(({ path, message }) => `SMSC_CONFIG ${path.join('.')}: ${message}`).join('; '));
  return result.data.smscs.map((one, at) => resolved(one, `SMSC_CONFIG smscs.${at}`, environment));
}

function theOneOf(url: string, config: GatewayConfig): SmscSettings {
  const { host, port: at, ...target } = parseSmppUrl(url);
  const { SMPP_SMSC_ID: id, SMPP_SYSTEM_TYPE, SMPP_WINDOW, SMPP_ID_FORMAT, SMPP_ERROR_CAUSES, SMPP_VALIDITY, SMPP_SENDER_NAME } = config;
  const defaults = smsc.parse({
    id, addresses: [{ host }], systemId: target.systemId, passwordEnv: 'SMPP_URL', systemType: SMPP_SYSTEM_TYPE, window: SMPP_WINDOW,
    idFormat: SMPP_ID_FORMAT, errorCauses: SMPP_ERROR_CAUSES, validity: SMPP_VALIDITY, senderName: SMPP_SENDER_NAME,
  });
  return { ...defaults, ...target, addresses: [{ host, port: at }], tls: {}, ratePerSec: Infinity, statusOverrides: {} };
}

function resolved({ passwordEnv, tls, ratePerSec, statusOverrides, addresses, ...plain }: z.output<typeof smsc>, name: string, environment: Environment): SmscSettings {
  const password = environment[passwordEnv];
  if (password === undefined || password === '') throw new ConfigError(`${name}.passwordEnv: the environment variable ${passwordEnv} is not set`);
  if (password.length > 64) throw new ConfigError(`${name}.passwordEnv: the password in ${passwordEnv} has more than 64 characters`);
  const transport = tls ? 'tls' : 'tcp';
  return {
    ...plain, password, transport,
    addresses: addresses.map(({ host, port: at }) => ({ host, port: at ?? DEFAULT_PORTS[transport] })),
    tls: tlsOf(tls ?? {}, name),
    ratePerSec: ratePerSec ?? Infinity,
    statusOverrides: Object.fromEntries(Object.entries(statusOverrides).map(([code, { waitSec, ...rest }]) => [Number(code), { ...rest, ...(waitSec !== undefined && { waitMs: Math.round(waitSec * 1_000) }) }])),
  };
}

function tlsOf({ servername, ca, cert, key }: NonNullable<z.output<typeof smsc>['tls']>, name: string): SmscSettings['tls'] {
  const read = (field: string, path: string | undefined) => (path === undefined ? {} : { [field]: readText(path, `${name}.tls.${field}`) });
  return { ...read('ca', ca), ...read('cert', cert), ...read('key', key), ...(servername !== undefined && { servername }) };
}

function jsonOf(path: string): unknown {
  const text = readText(path, 'SMSC_CONFIG');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`SMSC_CONFIG ${path}: is not JSON: ${(error as Error).message}`);
  }
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${name}: ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`);
  }
}
