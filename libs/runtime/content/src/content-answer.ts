import { Readable } from 'node:stream';
import { ProblemError } from '@cpm/http';
import type { FastifyReply } from 'fastify';
import { requestedRange, type ByteRange } from './byte-range.js';
import type { StoredFile } from './content-store.js';

/** A content to be answered; `tag` is another for other bytes. Size in bytes. */
export interface TaggedContent {
  readonly size: number;
  readonly contentType: string;
  readonly fileName?: string;
  readonly tag: string;
}

/** How a GET or HEAD is answered: with these bytes of the content. */
export interface ContentAnswer {
  readonly status: 200 | 206;
  readonly range: ByteRange;
  readonly headers: Readonly<Record<string, string | number>>;
}

export function tagOf({ sha256, id }: StoredFile): string {
  return sha256 || id;
}

/** What `Range` and `If-Range` ask of the content. Throws a 416 problem. */
export function contentAnswer(content: TaggedContent, headers: Readonly<Record<string, string | undefined>>): ContentAnswer {
  const { size, tag } = content;
  const validator = headers['if-range'];
  const isStale = validator !== undefined && validator !== `"${tag}"`;
  const asked = requestedRange(isStale ? undefined : headers['range'], size);
  if (asked === 'unsatisfiable') {
    throw new ProblemError(416, 'range-not-satisfiable', `the file has ${size} bytes`, { headers: { 'content-range': `bytes */${size}` } });
  }
  if (asked === 'whole') return { status: 200, range: { first: 0, last: size - 1 }, headers: { ...headersOf(content), 'content-length': size } };
  const { first, last } = asked;
  return { status: 206, range: asked, headers: { ...headersOf(content), 'content-length': last - first + 1, 'content-range': `bytes ${first}-${last}/${size}` } };
}

/** Sends the answer; the content is not read for HEAD. */
export async function sendContent(reply: FastifyReply, { status, headers, range }: ContentAnswer, read: (range: ByteRange) => Readable): Promise<void> {
  // Fastify answers HEAD by reading all that it then does not send.
  const content = reply.request.method === 'HEAD' ? Readable.from([]) : read(range);
  await reply.status(status).headers(headers).send(content);
}

/** `Content-Disposition` of what is to be saved (RFC 6266), under a name of any characters (RFC 8187). */
export function attachmentNamed(fileName: string | undefined): string {
  if (fileName === undefined) return 'attachment';
  return `attachment; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)}`;
}

/** Never shown by a browser as a page of this origin, whatever was uploaded. */
function headersOf({ contentType, fileName, tag }: TaggedContent): Record<string, string> {
  return {
    'content-type': contentType,
    'content-disposition': attachmentNamed(fileName),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=86400, immutable',
    etag: `"${tag}"`,
  };
}
