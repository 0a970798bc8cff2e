import { asAsked, Backoff, pause } from './backoff.js';
import type { UploadedFile } from '../cpm-device-options.js';
import type { HttpCalls } from './http-calls.js';
import { CpmProblem, problemOf } from './problem.js';

export interface FileDescription {
  readonly contentType: string;
  readonly fileName?: string;
}

type Content = Uint8Array<ArrayBuffer> | Blob;

const UPLOADS = '/cpm/v1/files/uploads';
const WORTH_RESUMING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Uploads a file and, when the connection breaks, goes on from what the server has kept, until no byte more gets through for
 * `retryForMs`. The file is stored once however often that happens. Throws CpmProblem, or the last error of `fetch`.
 */
export async function uploadResumably(calls: HttpCalls, content: Content, { contentType, fileName }: FileDescription): Promise<UploadedFile> {
  const size = content instanceof Blob ? content.size : content.byteLength;
  const uploadId = crypto.randomUUID();
  const kind = { 'content-type': contentType, 'upload-id': uploadId, 'upload-length': String(size), ...(fileName !== undefined && { 'x-file-name': encodeURIComponent(fileName) }) };
  const backoff = new Backoff(100, 5_000);
  let kept: number | undefined;
  for (let until = Date.now() + calls.retryForMs; ; ) {
    const before = kept;
    const sent = kept === undefined
      ? calls.once({ method: 'POST', path: '/cpm/v1/files', content, headers: kind })
      : calls.once({ method: 'PATCH', path: `${UPLOADS}/${uploadId}`, content: rest(content, kept), headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(kept) } });
    const outcome = await sent.then(answered, (error: unknown) => error);
    if (!(outcome instanceof Error)) return outcome as UploadedFile;
    const waitMs = Math.max(backoff.next(), outcome instanceof CpmProblem ? asAsked(outcome.retryAfterMs) : 0);
    if (!isWorthResuming(outcome) || Date.now() + waitMs > until) throw outcome;
    await pause(waitMs);
    kept = await keptOf(calls, uploadId);
    if ((kept ?? 0) <= (before ?? 0)) continue;
    backoff.reset();
    until = Date.now() + calls.retryForMs;
  }
}

function rest(content: Content, from: number): Content {
  return content instanceof Blob ? content.slice(from) : content.subarray(from);
}

/** The file, or why there is none. An answer that says less than all was kept is for another round. */
async function answered(response: Response): Promise<UploadedFile | Error> {
  if (response.status === 201) return (await response.json()) as UploadedFile;
  return response.ok ? new Error('the server has not got all of the file') : problemOf(response);
}

/** No answer, or one that does not concern the file itself. */
function isWorthResuming(error: Error): boolean {
  return !(error instanceof CpmProblem) || WORTH_RESUMING.has(error.status) || error.kind === 'upload-offset' || error.kind === 'unknown-upload';
}

/** Undefined when the server knows nothing of the upload, or no more. */
async function keptOf(calls: HttpCalls, uploadId: string): Promise<number | undefined> {
  try {
    const { headers } = await calls.answer({ method: 'HEAD', path: `${UPLOADS}/${uploadId}` });
    return Number(headers.get('upload-offset'));
  } catch (error) {
    if (error instanceof CpmProblem && error.status === 404) return undefined;
    throw error;
  }
}
