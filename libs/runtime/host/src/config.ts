import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
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
  /** Fixed for the life of the topics: users are assigned to partitions by it. */
  INBOX_PARTITIONS: z.coerce.number().int().min(1).max(1_000).default(6),
  REPLICATION_FACTOR: z.coerce.number().int().min(1).max(9).default(1),
  /** Added to the machine's time: what a process does whose clock is wrong is tried out with it. */
  CLOCK_OFFSET_MS: z.coerce.number().int().default(0),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
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
