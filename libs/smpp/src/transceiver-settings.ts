import { z } from 'zod';

const ms = z.number().int().positive();

/** Settings of a transceiver; each default is what most SMSCs ask for. */
export const transceiverSettings = z.object({
  /** `smpp://systemId:password@host:port`, or `ssmpp:` for TLS. */
  url: z.string(),
  windowSize: z.number().int().min(1).max(1_000).default(10),
  /** Submissions per second at most; most accounts have a contracted rate. */
  ratePerSec: z.custom<number>((rate) => typeof rate === 'number' && rate > 0, 'must be a positive number or Infinity').default(Infinity),
  responseTimeoutMs: ms.default(10_000),
  enquireLinkMs: ms.default(20_000),
  bindTimeoutMs: ms.default(10_000),
  /** How long `close` waits for answers and the rest of begun texts before it unbinds. */
  drainTimeoutMs: ms.default(10_000),
  /** Texts that may wait for the window. */
  maxWaiting: z.number().int().min(0).default(10_000),
  /** Deliveries that may be with the handler at a time; further ones are answered "throttled". */
  maxDeliveries: z.number().int().min(1).default(100),
  systemType: z.string().max(12).default(''),
  reconnect: z
    .object({
      minMs: ms.default(1_000),
      maxMs: ms.default(60_000),
      jitter: z.number().min(0).max(1).default(0.2),
      credentialsMs: ms.default(300_000),
      stableMs: ms.default(60_000),
    })
    .prefault({}),
});
