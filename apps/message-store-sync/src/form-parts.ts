import { Readable, finished } from 'node:stream';
import { MIMEType } from 'node:util';
import { Dicer } from '@fastify/busboy';
import { invalidRequest, type ProblemError } from '@cpm/http';

/** A part of a form, its body still to be read; `contentType` as it was sent. */
export interface FormPart {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly contentType: string;
  readonly body: Readable;
}

type PartHead = Readonly<Record<string, readonly [string, ...string[]]>>;

const MAX_HEAD_BYTES = 8 * 1024;
const MAX_HEAD_LINES = 32;

/** The boundary that a `multipart/form-data` names. Throws a 400 problem. */
export function boundaryOf(contentType: string): string {
  const boundary = mimeType(contentType)?.params.get('boundary') ?? '';
  if (!/^[ -~]{0,69}[!-~]$/.test(boundary)) throw invalidRequest([{ path: 'Content-Type', message: 'must name a boundary of 1 to 70 characters' }]);
  return boundary;
}

/**
 * The parts of a `multipart/form-data` body, each to be read to its end before the next is asked for; `most` at most. What
 * is left of `source` stays readable. Throws 400 problems, or the error of a source that broke.
 */
export async function* formParts(source: Readable, boundary: string, most: number): AsyncGenerator<FormPart, void, undefined> {
  const config = { boundary, maxHeaderPairs: MAX_HEAD_LINES, maxHeaderSize: MAX_HEAD_BYTES };
  const parser = new Dicer(config);
  const arrived = new Readable({ objectMode: true, read: () => undefined });
  const bodies: Readable[] = [];
  let heads = 0;
  let reason: Error | undefined;
  const fail = (error: Error) => {
    reason ??= error;
    for (const stream of [arrived, ...bodies, parser]) stream.destroy(error);
  };
  for (const stream of [arrived, parser]) stream.on('error', () => undefined);
  parser.on('part', (body) => {
    body.on('error', () => undefined);
    if (bodies.push(body) > most) fail(invalidRequest([{ path: 'attachments', message: `must be at most ${most - 1}` }]));
    body.once('header', (head: object) => {
      heads += 1;
      arrived.push({ head, body });
    });
  });
  parser.once('error', () => fail(malformed()));
  parser.once('finish', () => (heads === bodies.length ? arrived.push(null) : fail(malformed())));
  const forget = finished(source, { writable: false }, (error) => {
    if (error) fail(error);
  });
  source.pipe(parser);
  try {
    let index = 0;
    for await (const { head, body } of arrived as AsyncIterable<{ head: PartHead; body: Readable }>) {
      const read = Readable.from(because(body, () => reason), { objectMode: false });
      // Whoever reads it is told; a part that nobody reads to its end must not end the process.
      read.on('error', () => undefined);
      yield { ...described(head, index === 0 ? 'root-fields' : attachment(index - 1)), body: read };
      index += 1;
    }
  } finally {
    forget();
    source.unpipe(parser);
    fail(malformed());
  }
}

/** The parser fails the part that is not whole in its own words, after it has failed itself. */
async function* because(body: Readable, reason: () => Error | undefined): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch (error) {
    throw reason() ?? error;
  }
}

/** How errors name an attachment, the first being 0. */
export function attachment(index: number): string {
  return `attachments[${index}]`;
}

function described(head: PartHead, path: string): Omit<FormPart, 'body'> {
  // A disposition has the form of a media type, `form-data` being the subtype.
  const disposition = mimeType(`multipart/${head['content-disposition']?.[0] ?? ''}`);
  const name = disposition?.subtype === 'form-data' ? disposition.params.get('name') : null;
  if (disposition === undefined || !name) throw invalidRequest([{ path, message: 'must have a Content-Disposition: form-data with a name' }]);
  const encoding = head['content-transfer-encoding']?.[0].trim().toLowerCase() ?? 'binary';
  if (!['7bit', '8bit', 'binary'].includes(encoding)) throw invalidRequest([{ path, message: 'must come as it is, without a Content-Transfer-Encoding' }]);
  const fileName = disposition.params.get('filename');
  // RFC 7578, 4.4: without a type it is plain text.
  return { name: asUtf8(name), fileName: fileName ? asUtf8(fileName) : undefined, contentType: head['content-type']?.[0].trim() ?? 'text/plain' };
}

function mimeType(text: string): MIMEType | undefined {
  try {
    return new MIMEType(text);
  } catch {
    return undefined;
  }
}

/** Heads are read byte by byte, and senders write UTF-8 into them. */
function asUtf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

function malformed(): ProblemError {
  return invalidRequest([{ path: 'body', message: 'must be multipart/form-data with all its parts' }]);
}
