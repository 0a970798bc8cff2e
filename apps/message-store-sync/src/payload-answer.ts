import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '@cpm/http';
import { contentAnswer, ContentStore, sendContent, tagOf, type ByteRange, type TaggedContent } from '@cpm/runtime-content';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import type { FastifyReply } from 'fastify';

/** One payload part of a stored object: its text, or where its bytes are. Size in bytes. */
export interface StoredPart {
  readonly contentType: string;
  readonly size: number;
  readonly text?: string;
  readonly contentId?: string;
  readonly fileName?: string;
}

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
  async send(part: StoredPart, headers: Readonly<Record<string, string | undefined>>, reply: FastifyReply): Promise<void> {
    const { content, read } = part.text === undefined ? await this.stored(part) : inline(part, Buffer.from(part.text));
    await sendContent(reply, contentAnswer(content, headers), read);
  }

  private async stored({ contentId = '', contentType, fileName }: StoredPart): Promise<Payload> {
    const file = await this.contents.find(contentId);
    if (!file || file.expiresAtMs <= this.clock.now()) throw new ProblemError(410, 'payload-expired', 'the payload is not kept any more');
    const name = fileName ?? file.fileName;
    return { content: { size: file.size, tag: tagOf(file), contentType, ...(name !== undefined && { fileName: name }) }, read: (range) => this.contents.read(file, range) };
  }
}

function inline({ contentType, fileName }: StoredPart, bytes: Buffer): Payload {
  const tag = createHash('sha256').update(bytes).digest('hex');
  return {
    content: { size: bytes.length, tag, contentType, ...(fileName !== undefined && { fileName }) },
    read: ({ first, last }) => Readable.from([bytes.subarray(first, last + 1)], { objectMode: false }),
  };
}
