import { invalidRequest, parse, ProblemError } from '@cpm/http';
import { fileName, mediaTypeHeader } from '@cpm/runtime-content';
import { acceptsContentType } from '@cpm/vocabulary';
import { z } from 'zod';

export type RequestHeaders = Readonly<Record<string, string | undefined>>;

const uploadOptions = z.object({ fileName: fileName.optional() });

const uploadId = z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -');
const bytes = z.string({ error: 'must be a number of bytes' }).regex(/^\d{1,15}$/, 'must be a number of bytes').transform(Number);
const beginning = z.object({ 'Upload-Id': uploadId, 'Upload-Length': bytes });
/** A length without an id means nothing, and is still one. */
const lone = beginning.pick({ 'Upload-Length': true }).partial();
const continuation = z.object({ 'Upload-Offset': bytes });

/** The headers and query that an upload may begin with. */
export const uploadHeaders = z.object({ 'upload-id': uploadId.optional(), 'upload-length': bytes.optional(), 'x-file-name': z.string().optional() });
export const uploadQuery = z.object({ fileName: fileName.optional() });
export const resumptionHeaders = z.object({ 'upload-offset': bytes });
export const uploadPath = z.object({ uploadId });

/** Of a file: `Content-Type`, and the name as `?fileName=` or, percent-encoded, in `X-File-Name`. Throws 400 and 415 problems. */
export function fileKind(headers: RequestHeaders, queryName: unknown, accepted: readonly string[]): { contentType: string; fileName?: string } {
  const contentType = mediaTypeHeader.safeParse(headers['content-type']);
  if (!contentType.success) throw unsupported('must be the media type of the file');
  if (!acceptsContentType(accepted, contentType.data)) throw unsupported(`must be one of ${accepted.join(', ')}`);
  const { fileName: name } = parse(uploadOptions, { fileName: queryName ?? decoded(headers['x-file-name']) });
  return { contentType: contentType.data, ...(name !== undefined && { fileName: name }) };
}

/** Undefined when the file comes in one request. Throws a 400 problem. */
export function resumableUpload(headers: RequestHeaders): { uploadId: string; length: number } | undefined {
  const given = { 'Upload-Id': headers['upload-id'], 'Upload-Length': headers['upload-length'] };
  if (given['Upload-Id'] === undefined) {
    parse(lone, given);
    return undefined;
  }
  const named = parse(beginning, given);
  return { uploadId: named['Upload-Id'], length: named['Upload-Length'] };
}

/** Where the body of a PATCH begins in the file. Throws a 400 problem. */
export function uploadOffset(headers: RequestHeaders): number {
  return parse(continuation, { 'Upload-Offset': headers['upload-offset'] })['Upload-Offset'];
}

/** Whether a client can have chosen this id. */
export function isUploadId(id: string): boolean {
  return uploadId.safeParse(id).success;
}

function unsupported(message: string): ProblemError {
  return new ProblemError(415, 'unsupported-media-type', `Content-Type ${message}`, { errors: [{ path: 'Content-Type', message }] });
}

function decoded(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  try {
    return decodeURIComponent(header);
  } catch {
    throw invalidRequest([{ path: 'X-File-Name', message: 'must be percent-encoded UTF-8' }]);
  }
}
