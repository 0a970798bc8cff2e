import { formatCursor } from '@cpm/domain-client-edge';
import type { Problem } from '@cpm/http';
import { timestamp } from '@cpm/vocabulary';

/** The parts of a downlink entry that a device sees. */
export interface SentFrame {
  readonly n: number;
  readonly type: string;
  readonly data: unknown;
  readonly at: number;
}

/** A frame as UTF-8, made once for all devices that get it. */
export function encodeFrame({ n, type, data, at }: SentFrame): Buffer {
  return Buffer.from(`{"cursor":"${formatCursor(n)}","type":${JSON.stringify(type)},"at":"${timestamp(at)}","data":${JSON.stringify(data)}}`);
}

/** What is said outside the downlink log carries no cursor: it is never replayed. */
export function encodeError(problem: Problem, about: Readonly<Record<string, unknown>>, at: number): Buffer {
  return Buffer.from(JSON.stringify({ type: 'error', at: timestamp(at), data: { ...problem, ...about } }));
}

export function encodePong(ping: string, at: number): Buffer {
  return Buffer.from(JSON.stringify({ type: 'pong', at: timestamp(at), data: { ping } }));
}
