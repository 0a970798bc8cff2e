import { entranceConfig } from '@cpm/runtime-host';
import { z } from 'zod';

const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);

const MEDIA_RANGE = /^(\*\/\*|[\w!#$&^.+-]+\/(\*|[\w!#$&^.+-]+))$/;

/** Limits and rhythms of the edge: environment variables. Bytes, milliseconds where not said otherwise. */
export const edgeConfig = z.object({
  EDGE_MAX_TEXT_BYTES: count(2 ** 20),
  EDGE_MAX_FILE_BYTES: count(100 * 2 ** 20),
  /** How long an uploaded file can be fetched. */
  EDGE_FILE_TTL_SEC: count(30 * 86_400),
  /** Media ranges of files that are taken. */
  EDGE_FILE_TYPES: z
    .string()
    .transform((ranges) => ranges.split(',').map((range) => range.trim()))
    .refine((ranges) => ranges.every((range) => MEDIA_RANGE.test(range)), 'must be media ranges such as image/*,application/pdf')
    .prefault('*/*'),
  /** How long an upload that broke off can be continued, from the last byte that came. */
  EDGE_PARTIAL_UPLOAD_TTL_SEC: count(3_600),
  /** How long an uploaded file waits to be named by a message. */
  EDGE_UNUSED_FILE_TTL_SEC: count(86_400),
  /** The daemon that looks for malware in files; none does when absent. */
  EDGE_CLAMD_URL: z.url({ protocol: /^tcp$/, error: 'must be tcp://host:port' }).optional(),
  /** Longest scan of one file. */
  EDGE_SCAN_TIMEOUT_MS: count(120_000),
  /** Requests of one device. */
  EDGE_REQUESTS_PER_SEC: count(1_000),
  EDGE_REQUESTS_BURST: count(2_000),
  /** How often an address may come with a link that there is not. */
  EDGE_LINK_GUESSES_PER_MIN: count(30),
  ...entranceConfig,
  EDGE_MAX_CONNECTIONS: count(50_000),
  /** Handshakes at a time; who comes to more is told to come again. */
  EDGE_MAX_HANDSHAKES: count(1_000),
  /** Reads at a time of what devices have missed; the others wait their turn. */
  EDGE_MAX_REPLAYS: count(64),
  EDGE_PING_INTERVAL_MS: count(15_000),
  EDGE_SILENCE_MS: count(30_000),
  /** How long a connection counts as alive after its last sign of life, should this process vanish. */
  EDGE_LEASE_MS: count(90_000),
  EDGE_LEASE_RENEWAL_MS: count(30_000),
  /** A client that lets more wait than this is cut off; it comes back with its cursor. */
  EDGE_SEND_BUFFER_BYTES: count(4 * 2 ** 20),
  /** How long it has to read why; what waits for it is kept as long. */
  EDGE_LAST_WORDS_MS: count(5_000),
  /** What one connection may say; it is heard later, not refused, when it says more. */
  EDGE_FRAMES_PER_SEC: count(1_000),
  EDGE_FRAMES_BURST: count(5_000),
  /** How often frames of users that another replica serves are looked for. */
  EDGE_SWEEP_MS: count(250),
});
export type EdgeConfig = z.output<typeof edgeConfig>;
