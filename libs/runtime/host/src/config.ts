import { z } from 'zod';

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

/** The configuration of a process: one environment variable each. Durations in ms. */
export const hostConfig = z.object({
  /** 0 takes a free port. */
  HTTP_PORT: port.default(8080),
  HTTP_HOST: z.string().min(1).default('0.0.0.0'),
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, 'must be host:port[,host:port]')
    .transform((brokers) => brokers.split(','))
    .prefault('127.0.0.1:9092'),
  MONGODB_URI: z.string().regex(/^mongodb(\+srv)?:\/\/\S+$/, 'must be mongodb://…').default('mongodb://127.0.0.1:27017/?replicaSet=rs0'),
  MONGODB_DATABASE: z.string().regex(/^[\w-]{1,38}$/, 'must be 1 to 38 letters, digits, _ or -').default('cpm'),
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
  /** Fixed for the life of the topics: users are assigned to partitions by it. */
  INBOX_PARTITIONS: z.coerce.number().int().min(1).max(1_000).default(6),
  REPLICATION_FACTOR: z.coerce.number().int().min(1).max(9).default(1),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** What the tags that stand for addresses in logs are made with, the same for all processes; another one for each process when absent. */
  LOG_ADDRESS_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  SHUTDOWN_GRACE_MS: milliseconds.max(60_000).default(15_000),
});
export type HostConfig = z.output<typeof hostConfig>;

/** A variable that does not parse; the message names it and never quotes its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads a schema of variables from the environment; empty variables count as unset. @throws ConfigError */
export function parseConfig<Schema extends z.ZodObject>(schema: Schema, environment: Readonly<Record<string, string | undefined>>): z.output<Schema> {
  const set = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, environment[name] || undefined]));
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}
