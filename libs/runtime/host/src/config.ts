import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { checkSecurity } from './security-config.js';
import { tracingConfig } from './tracing/tracing-config.js';

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().positive();
/** Scheme and host without a slash at the end, as browsers name them in `Origin`. */
const origin = z.url({ protocol: /^https?$/, error: 'must be http(s)://host[:port]' }).transform((url) => new URL(url).origin);

/** Variables that say from where, and by which way, callers reach the entrance. */
export const entranceConfig = {
  /** Scheme and host of the entry as devices and browsers reach it. */
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be http(s)://host' }).transform((url) => url.replace(/\/+$/, '')).optional(),
  /** Further origins whose pages may call and open streams, separated by commas. */
  CORS_ORIGINS: z.string().transform((list) => list.split(',').map((one) => one.trim())).pipe(z.array(origin)).default([]),
  /** Proxies in front that each add to X-Forwarded-For the address they were called from. */
  EDGE_PROXY_HOPS: z.coerce.number().int().min(0).max(8).default(0),
};

const milliseconds = z.coerce.number().int().positive();
const path = z.string().min(1);

/** How broker and database are reached, and how topics are made. */
const connections = z.object({
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, 'must be host:port[,host:port]')
    .transform((brokers) => brokers.split(','))
    .prefault('127.0.0.1:9092'),
  /** TLS to the brokers. */
  KAFKA_TLS: z.stringbool({ error: 'must be true or false' }).default(false),
  /** PEM files, read again for each connection: the authorities that brokers are believed by (those that Node knows unless given), and this client's own. */
  KAFKA_TLS_CA_FILE: path.optional(),
  KAFKA_TLS_CERT_FILE: path.optional(),
  KAFKA_TLS_KEY_FILE: path.optional(),
  KAFKA_SASL_MECHANISM: z.enum(['scram-sha-512', 'scram-sha-256', 'plain']).optional(),
  KAFKA_SASL_USERNAME: z.string().min(1).optional(),
  KAFKA_SASL_PASSWORD: z.string().min(1).optional(),
  /** Read again for each connection, so that the password can be changed while the process runs. */
  KAFKA_SASL_PASSWORD_FILE: path.optional(),
  /** With user, password, authSource, tls and tlsCAFile where the server asks for them. */
  MONGODB_URI: z.string().regex(/^mongodb(\+srv)?:\/\/\S+$/, 'must be mongodb://…').default('mongodb://127.0.0.1:27017/?replicaSet=rs0'),
  MONGODB_DATABASE: z.string().regex(/^[\w-]{1,38}$/, 'must be 1 to 38 letters, digits, _ or -').default('cpm'),
  /** Fixed for the life of the topics: users are assigned to partitions by it. */
  INBOX_PARTITIONS: z.coerce.number().int().min(1).max(1_000).default(6),
  REPLICATION_FACTOR: z.coerce.number().int().min(1).max(9).default(1),
  /** How long accepted work may wait in the log before less is let in. */
  INTAKE_TARGET_MS: milliseconds.default(500),
  /** Messages to one recipient a second that are let in from the start, before it is known what is carried. */
  INTAKE_FLOOR_PER_SEC: z.coerce.number().int().positive().default(100),
  /** Requests that are not answered yet; those that create work have half of them. */
  HTTP_MAX_IN_FLIGHT: z.coerce.number().int().positive().default(2_000),
  /** Bytes of their bodies together; at least one body of the largest size. */
  HTTP_MAX_BODY_BYTES_IN_FLIGHT: z.coerce.number().int().min(4 * 2 ** 20).default(128 * 2 ** 20),
});

/** The configuration of whoever needs no more than broker and database. */
export const connectionConfig = connections.superRefine(checkSecurity);

/**
 * The configuration of a process: one environment variable each. Durations in ms. Any of them may come from a file instead,
 * which `<NAME>_FILE` names, as Kubernetes mounts secrets; a final line end does not count.
 */
export const hostConfig = z.object({
  /** 0 takes a free port. */
  HTTP_PORT: port.default(8080),
  HTTP_HOST: z.string().min(1).default('0.0.0.0'),
  ...connections.shape,
  SMPP_URL: z.string().regex(/^s?smpp:\/\/\S+$/, 'must be smpp://systemId:password@host:port').optional(),
  /** `http:`, `https:` or `file:` URL of the keys that tokens are signed with. */
  CPM_JWKS_URL: z.url({ protocol: /^(https?|file)$/, error: 'must be the http:, https: or file: URL of a JWK Set' }),
  /** `iss` and `aud` that a token must carry; any when absent. */
  CPM_TOKEN_ISSUER: z.string().min(1).optional(),
  CPM_TOKEN_AUDIENCE: z.string().min(1).optional(),
  /** The longest life of a token, from its `iat` to its `exp`: seven days at most, as long as removed devices are remembered. */
  CPM_TOKEN_MAX_LIFE_SEC: count.max(604_800).default(604_800),
  ...entranceConfig,
  /** Requests from one IPv4 address, or IPv6 network of 64 bits. */
  IP_REQUESTS_PER_SEC: count.default(10_000),
  IP_REQUESTS_BURST: count.default(20_000),
  /** Requests from it that are refused for their token, or the lack of one. */
  IP_REFUSALS_PER_MIN: count.default(300),
  /** Requests of all devices of one user to one process. */
  USER_REQUESTS_PER_SEC: count.default(2_000),
  USER_REQUESTS_BURST: count.default(4_000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** What the tags that stand for addresses in logs are made with, the same for all processes; another one for each process when absent. */
  LOG_ADDRESS_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  ...tracingConfig,
  SHUTDOWN_GRACE_MS: milliseconds.max(60_000).default(15_000),
  /** Added to the machine's time: what a process does whose clock is wrong is tried out with it. */
  CLOCK_OFFSET_MS: z.coerce.number().int().default(0),
}).superRefine(checkSecurity);
export type HostConfig = z.output<typeof hostConfig>;

/** A variable that does not parse; the message names it and never quotes its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a schema of variables from the environment; empty variables count as unset. @throws ConfigError */
export function parseConfig<Schema extends z.ZodObject>(schema: Schema, environment: Environment): z.output<Schema> {
  const set = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, valueOf(name, schema, environment)]));
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map(({ path: [...names], message }) => `${names.join('.')}: ${message}`).join('; '));
}

function valueOf(name: string, { shape }: z.ZodObject, environment: Environment): string | undefined {
  const value = environment[name] || undefined;
  const fileName = `${name}_FILE`;
  const file = fileName in shape ? undefined : environment[fileName] || undefined;
  if (file === undefined) return value;
  if (value !== undefined) throw new ConfigError(`${fileName}: ${name} is set, too`);
  try {
    return readFileSync(file, 'utf8').trimEnd() || undefined;
  } catch (error) {
    throw new ConfigError(`${fileName}: cannot be read (${String((error as NodeJS.ErrnoException).code)})`);
  }
}
