import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { PayloadPart } from '@cpm/contracts-message-store-sync';
import { draining, invalidRequest, payloadTooLarge, ProblemError, readBody, type Media } from '@cpm/http';
import { ContentStore, fileName, mediaTypeHeader, type ContentKind } from '@cpm/runtime-content';
import { MAX_INLINE_BYTES, mediaType, type CpmAddress } from '@cpm/vocabulary';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { attachment, boundaryOf, formParts, type FormPart } from './form-parts.js';
import { NMS_CONFIG, type NmsConfig } from './nms-config.js';

/** What a request that creates an object brought: its root fields, not looked at yet, and its attachments, stored. */
export interface Upload {
  readonly root: unknown;
  readonly parts: readonly PayloadPart[];
  /** Names of the parts in the form, in their order. */
  readonly names: readonly string[];
}

/** The largest root fields in bytes, and the most attachments, of one request. */
export interface UploadLimits {
  readonly rootBytes: number;
  readonly attachments: number;
}

const ROOT = 'root-fields';
/** Of one object. */
const ONE: UploadLimits = { rootBytes: 2 ** 18, attachments: 16 };
/** What heads and boundaries may add to the attachments. */
const FRAME_BYTES = 2 ** 18;

/** The same root fields as the first part of a form, with the attachments after them. */
export function formOf(root: z.ZodType, attachments = 'attachments'): Media {
  return { types: ['multipart/form-data'], schema: z.object({ [ROOT]: root, [attachments]: z.array(z.string().meta({ format: 'binary' })).max(ONE.attachments).optional() }) };
}

/** Takes objects from devices. The route declares `@BodyAs({ as: 'stream' })`, so that no other route knows of forms. */
@Injectable()
export class MultipartUpload {
  constructor(
    @Inject(ContentStore) private readonly contents: ContentStore,
    @Inject(NMS_CONFIG) private readonly config: NmsConfig,
  ) {}

  /**
   * `multipart/form-data` of `root-fields` and attachments, up to 16 unless other limits are given, or the root fields alone as JSON. Attachments wait to be
   * named by an object. Throws problems 400, 413 and 415, or the error of a broken connection, and keeps nothing.
   */
  async take(request: FastifyRequest, reply: FastifyReply, owner: CpmAddress, limits: UploadLimits = ONE): Promise<Upload> {
    const { 'content-type': contentType = '', 'content-length': length } = request.headers;
    const declaredBytes = length === undefined ? undefined : Number(length);
    const source = (request.body as Readable | undefined) ?? request.raw;
    return draining(request.raw, reply, async () => {
      if (mediaType(contentType) !== 'multipart/form-data') {
        return { root: await readBody(source, { mediaType: mediaType(contentType), declaredBytes, form: undefined, limitBytes: limits.rootBytes }), parts: [], names: [] };
      }
      if ((declaredBytes ?? 0) > this.config.NMS_MAX_PAYLOAD_BYTES + limits.rootBytes + FRAME_BYTES) throw payloadTooLarge(this.config.NMS_MAX_PAYLOAD_BYTES);
      return this.takeForm(formParts(source, boundaryOf(contentType), 1 + limits.attachments), owner, limits.rootBytes);
    });
  }

  /** For attachments whose object did not come about. */
  async discard(parts: readonly PayloadPart[]): Promise<void> {
    await this.contents.removeAll(parts.flatMap(({ contentId }) => contentId ?? []));
  }

  private async takeForm(form: AsyncIterable<FormPart>, owner: CpmAddress, rootBytes: number): Promise<Upload> {
    const [stored, names]: [PayloadPart[], string[]] = [[], []];
    let [root, left]: [unknown, number] = [undefined, this.config.NMS_MAX_PAYLOAD_BYTES];
    let isFirst = true;
    try {
      for await (const part of form) {
        if (isFirst) root = await rootOf(part, rootBytes);
        else {
          const kept = await this.keep(part, { path: attachment(stored.length), owner, left });
          stored.push(kept);
          names.push(part.name);
          left -= kept.size;
        }
        isFirst = false;
      }
      if (isFirst) throw invalidRequest([{ path: ROOT, message: 'is required' }]);
      return { root, parts: stored, names };
    } catch (error) {
      // What cannot be removed now is erased as unused later.
      await this.discard(stored).catch(() => undefined);
      throw error;
    }
  }

  private async keep(part: FormPart, { path, owner, left }: { readonly path: string; readonly owner: CpmAddress; readonly left: number }): Promise<PayloadPart> {
    if (part.name === ROOT) throw invalidRequest([{ path: ROOT, message: 'must come once' }]);
    const { contentType, ...named } = kindOf(part, path);
    const bytes = part.body.iterator() as AsyncIterator<Buffer>;
    const head = /^text\//i.test(contentType) ? await readHead(bytes) : { chunks: [] };
    if (head.text !== undefined) {
      const size = Buffer.byteLength(head.text);
      if (size > left) throw this.tooLarge(path);
      return { contentType, size, text: head.text, ...named };
    }
    const { id, size } = await this.contents.store(joined(head.chunks, bytes), { owner, contentType, ...named }, left).catch((error: unknown) => {
      throw error instanceof ProblemError && error.status === 413 ? this.tooLarge(path) : error;
    });
    return { contentType, size, contentId: id, ...named };
  }

  private tooLarge(path: string): ProblemError {
    const message = `exceeds the ${this.config.NMS_MAX_PAYLOAD_BYTES} bytes that an object's attachments may have`;
    return new ProblemError(413, 'payload-too-large', `${path} ${message}`, { errors: [{ path, message }] });
  }
}

async function rootOf({ name, contentType, body }: FormPart, limitBytes: number): Promise<unknown> {
  if (name !== ROOT) throw invalidRequest([{ path: ROOT, message: 'must be the first part' }]);
  const root = await readBody(body, { mediaType: mediaType(contentType), declaredBytes: undefined, form: undefined, limitBytes }).catch((error: unknown) => {
    if (!(error instanceof ProblemError)) throw error;
    throw new ProblemError(error.status, error.slug, `${ROOT}: ${error.detail}`, { errors: [{ path: ROOT, message: error.detail }] });
  });
  if (root === undefined) throw invalidRequest([{ path: ROOT, message: 'must not be empty' }]);
  return root;
}

function kindOf(part: FormPart, path: string): Omit<ContentKind, 'owner'> {
  const contentType = mediaTypeHeader.safeParse(part.contentType);
  const name = fileName.optional().safeParse(part.fileName);
  const fault = contentType.error?.issues[0] ?? name.error?.issues[0];
  if (!contentType.success || !name.success) throw invalidRequest([{ path: `${path}.${contentType.success ? 'filename' : 'Content-Type'}`, message: fault?.message ?? '' }]);
  return { contentType: contentType.data, ...(name.data !== undefined && { fileName: name.data }) };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text when it is UTF-8 and short enough to stand in the object; else what was read of it. */
async function readHead(bytes: AsyncIterator<Buffer>): Promise<{ readonly chunks: readonly Buffer[]; readonly text?: string }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (let next = await bytes.next(); next.done !== true; next = await bytes.next()) {
    chunks.push(next.value);
    size += next.value.length;
    if (size > MAX_INLINE_BYTES) return { chunks };
  }
  try {
    return { chunks, text: utf8.decode(Buffer.concat(chunks)) };
  } catch {
    return { chunks };
  }
}

async function* joined(head: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  yield* head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
