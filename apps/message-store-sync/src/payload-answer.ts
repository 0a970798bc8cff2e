import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { PayloadPart } from '@cpm/contracts-message-store-sync';
import { ProblemError } from '@cpm/http';
import { attachmentNamed, contentAnswer, ContentStore, sendContent, tagOf, type ByteRange, type TaggedContent } from '@cpm/runtime-content';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import type { FastifyReply } from 'fastify';

interface Payload {
  readonly content: TaggedContent;
  readonly read: (range: ByteRange) => Readable;
}

/** Answers for the payloads of stored objects, whole or in ranges, whether they are in the object or beside it. */
@Injectable()
export class PayloadAnswer {
  constructor(
    @Inject(ContentStore) private readonly contents: ContentStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws problems 410 and 416. */
  async send(part: PayloadPart, headers: Readonly<Record<string, string | undefined>>, reply: FastifyReply): Promise<void> {
    const { content, read } = await this.payload(part);
    await sendContent(reply, contentAnswer(content, headers), read);
  }

  /** Several parts as one `multipart/related`, always whole. Throws a 410 problem. */
  async sendAll(parts: readonly PayloadPart[], reply: FastifyReply): Promise<void> {
    const payloads = await Promise.all(parts.map((part) => this.payload(part)));
    const boundary = `part-${randomUUID()}`;
    const heads = parts.map((part) => Buffer.from(`--${boundary}\r\n${headOf(part)}\r\n`));
    const end = `--${boundary}--\r\n`;
    const length = heads.reduce((sum, head, at) => sum + head.length + (payloads[at]?.content.size ?? 0) + 2, end.length);
    const isHead = reply.request.method === 'HEAD';
    const body = Readable.from(isHead ? [] : related(heads, payloads, end), { objectMode: false });
    const type = parts[0]?.contentType.replaceAll('"', '') ?? 'text/plain';
    await reply.headers({ ...GUARD, 'content-type': `multipart/related; boundary="${boundary}"; type="${type}"`, 'content-length': length }).send(body);
  }

  private async payload(part: PayloadPart): Promise<Payload> {
    return part.text === undefined ? this.stored(part) : inline(part, Buffer.from(part.text));
  }

  private async stored({ contentId = '', contentType, fileName }: PayloadPart): Promise<Payload> {
    const file = await this.contents.find(contentId);
    if (!file || file.expiresAtMs <= this.clock.now()) throw new ProblemError(410, 'payload-expired', 'the payload is not kept any more');
    const name = fileName ?? file.fileName;
    return { content: { size: file.size, tag: tagOf(file), contentType, ...(name !== undefined && { fileName: name }) }, read: (range) => this.contents.read(file, range) };
  }
}

/** No browser shows it as a page. */
const GUARD = { 'content-disposition': 'attachment', 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox" };

function headOf({ contentType, fileName }: PayloadPart): string {
  return `Content-Type: ${contentType}\r\n${fileName === undefined ? '' : `Content-Disposition: ${attachmentNamed(fileName)}\r\n`}`;
}

async function* related(heads: readonly Buffer[], payloads: readonly Payload[], end: string): AsyncGenerator<Buffer, void, undefined> {
  for (const [at, { content: { size }, read }] of payloads.entries()) {
    yield heads[at] ?? Buffer.alloc(0);
    if (size > 0) yield* read({ first: 0, last: size - 1 }) as AsyncIterable<Buffer>;
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(end);
}

function inline({ contentType, fileName }: PayloadPart, bytes: Buffer): Payload {
  const tag = createHash('sha256').update(bytes).digest('hex');
  return {
    content: { size: bytes.length, tag, contentType, ...(fileName !== undefined && { fileName }) },
    read: ({ first, last }) => Readable.from([bytes.subarray(first, last + 1)], { objectMode: false }),
  };
}
