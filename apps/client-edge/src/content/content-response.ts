import { Readable } from 'node:stream';
import { ProblemError } from '@cpm/http';
import type { FastifyReply } from 'fastify';
import { requestedRange, type ByteRange } from './byte-range.js';
import type { StoredFile } from './content-store.js';

/** Content to be sent as a whole or in part. `size` in bytes. */
export interface SendableContent {
  readonly size: number;
  readonly contentType: string;
  readonly fileName?: string;
  readonly etag: string;
  read(range: ByteRange): Readable;
}

/** How it is asked for. `onRange`: told what is about to be sent, not for HEAD. */
export interface ContentRequest {
  readonly rangeHeader: string | undefined;
  /** Of `If-Range`. */
  readonly validator: string | undefined;
  readonly cache: string;
  readonly onRange: (range: ByteRange) => void;
}

/** Sends the content, or the range of it that is asked for. Throws a 416 problem. */
export async function sendContent(reply: FastifyReply, content: SendableContent, { rangeHeader, validator, cache, onRange }: ContentRequest): Promise<void> {
  const { size, etag } = content;
  const isStale = validator !== undefined && validator !== etag;
  const asked = requestedRange(isStale ? undefined : rangeHeader, size);
  if (asked === 'unsatisfiable') {
    throw new ProblemError(416, 'range-not-satisfiable', `the file has ${size} bytes`, { headers: { 'content-range': `bytes */${size}` } });
  }
  const range = asked === 'whole' ? { first: 0, last: size - 1 } : asked;
  const isHead = reply.request.method === 'HEAD';
  if (!isHead) onRange(range);
  const { first, last } = range;
  if (asked !== 'whole') void reply.status(206).header('content-range', `bytes ${first}-${last}/${size}`);
  // Fastify answers HEAD by reading all that it then does not send.
  await reply.headers({ ...headersOf(content), 'cache-control': cache, 'content-length': last - first + 1 }).send(isHead ? Readable.from([]) : content.read(range));
}

/** What is told of a stored file when it is sent. */
export function contentOf({ id, size, contentType, fileName, sha256 }: StoredFile): Omit<SendableContent, 'read'> {
  return { size, contentType, etag: `"${sha256 || id}"`, ...(fileName !== undefined && { fileName }) };
}

/** Never shown by a browser as a page of this origin, whatever was uploaded. */
function headersOf({ contentType, fileName, etag }: SendableContent): Record<string, string> {
  return {
    'content-type': contentType,
    'content-disposition': fileName === undefined ? 'attachment' : `attachment; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'accept-ranges': 'bytes',
    etag,
  };
}
