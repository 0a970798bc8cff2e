import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { ContentStore, tagOf, type ByteRange, type TaggedContent } from '@cpm/runtime-content';
import { storedObjectId, type CpmAddress } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { COMMITTED, collectionOf } from '../database.js';
import { MONGO } from '../ports.js';

/** A received message as the message store keeps it. Its text is there, or `contentId` says where its content is. */
export interface LinkedMessage {
  readonly from: CpmAddress;
  readonly folder: string;
  readonly date: number;
  readonly contentType: string;
  readonly text?: string;
  readonly contentId?: string;
  readonly deleted: boolean;
}

/** Content with what it needs to be shown. */
export type LinkedContent = TaggedContent & { readonly read: (range: ByteRange) => Readable; readonly text: () => Promise<string> };

/** Messages of the message store that links are for: so what was taken back, or removed by its owner, is gone for links, too. */
@Injectable()
export class LinkedMessages {
  constructor(
    @Inject(MONGO) private readonly connection: Connection,
    @Inject(ContentStore) private readonly contents: ContentStore,
  ) {}

  async find({ user, messageId }: { readonly user: string; readonly messageId: string }): Promise<LinkedMessage | undefined> {
    const objects = collectionOf<LinkedMessage & { _id: string }>(this.connection, 'message-store-sync.objects');
    return (await objects.findOne({ _id: `${user}|${storedObjectId('In', messageId)}` }, { readConcern: COMMITTED })) ?? undefined;
  }

  /** Undefined when it is not kept any more. */
  async contentOf({ text, contentId, contentType }: LinkedMessage, now: number): Promise<LinkedContent | undefined> {
    if (contentId === undefined || contentId === '') return text === undefined ? undefined : inline(text, contentType);
    const file = await this.contents.find(contentId);
    if (!file || file.expiresAtMs <= now) return undefined;
    const read: LinkedContent['read'] = (range) => this.contents.read(file, range);
    return { ...file, tag: tagOf(file), contentType, read, text: async () => decoded(Buffer.concat(await read({ first: 0, last: file.size - 1 }).toArray()), contentType) };
  }
}

function inline(text: string, contentType: string): LinkedContent {
  const bytes = Buffer.from(text);
  const read: LinkedContent['read'] = ({ first, last }) => Readable.from([bytes.subarray(first, last + 1)], { objectMode: false });
  return { size: bytes.length, contentType, tag: 'text', read, text: async () => text };
}

/** By the charset that the media type names, where it is one that there is; else as UTF-8. */
function decoded(bytes: Buffer, contentType: string): string {
  const charset = /;\s*charset="?([\w.:-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
