import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { invalidRequest, payloadTooLarge, ProblemError, unavailable } from '@cpm/http';
import { ChunkWriter, ContentStore, newFileId, SupersededError, type ContentKind } from '@cpm/runtime-content';
import type { CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';
import type { EdgeConfig } from '../edge-config.js';
import { EDGE_CONFIG } from '../ports.js';
import { MalwareScanner } from './malware-scanner.js';
import { UploadBook, type UploadRecord } from './upload-book.js';

/** An upload under an id of its owner's choice. */
export interface UploadName {
  readonly owner: CpmAddress;
  readonly uploadId: string;
}

/** `file` when all of it is here. */
export interface UploadState {
  readonly received: number;
  readonly length: number;
  readonly file?: FileAnswer;
}

export const fileAnswer = z.object({ id: z.string(), size: z.int(), sha256: z.string(), contentType: z.string() }).readonly().meta({ id: 'File' });
export type FileAnswer = z.output<typeof fileAnswer>;

const SCAN_AGAIN_SEC = 5;

/** Takes files while they arrive, in one piece or in several, and lets them be fetched once they are whole and found clean. */
@Injectable()
export class Uploads {
  /** Since the start. */
  readonly counts = { whole: 0, refused: 0, bytes: 0 };

  constructor(
    @Inject(UploadBook) private readonly book: UploadBook,
    @Inject(ContentStore) private readonly contents: ContentStore,
    @Inject(MalwareScanner) private readonly scanner: MalwareScanner,
    @Inject(EDGE_CONFIG) private readonly config: EdgeConfig,
  ) {}

  /** A file in one request. Rejects with a 413, 422 or 503 problem, or the stream's error, and keeps nothing. */
  async takeWhole(source: Readable, kind: ContentKind): Promise<FileAnswer> {
    const fileId = newFileId();
    // Written down so that what a crash leaves is found; no id that a client may choose has this form.
    const record = await this.book.open({ ...kind, _id: `${kind.owner} ${fileId}`, fileId });
    try {
      const { received, sha256 } = await this.receive(record, source);
      const file = await this.admit({ ...record, received }, sha256 ?? (await this.hashOf(record, received)));
      await this.book.remove(record);
      return file;
    } catch (error) {
      await this.discard(record);
      throw error instanceof SupersededError ? unavailable(1, error) : error;
    }
  }

  /**
   * The beginning of a file that may come in several requests, or the repetition of the request that brought all of it.
   * What arrives before the connection breaks is kept. Rejects with a 400, 409, 413, 422 or 503 problem.
   */
  async begin(source: Readable, kind: ContentKind, { uploadId, length }: { readonly uploadId: string; readonly length: number }): Promise<UploadState> {
    if (length > this.config.EDGE_MAX_FILE_BYTES) throw payloadTooLarge(this.config.EDGE_MAX_FILE_BYTES);
    const wanted = { ...kind, _id: idOf({ owner: kind.owner, uploadId }), fileId: newFileId(), length };
    let standing = await this.book.open(wanted);
    if (this.book.isOver(standing)) {
      await this.erase(standing);
      standing = await this.book.open(wanted);
    }
    if (standing.length !== length || standing.contentType !== kind.contentType || standing.fileName !== kind.fileName) {
      throw new ProblemError(409, 'upload-id-reused', 'another upload was begun under this id', { errors: [{ path: 'Upload-Id', message: 'is taken by an upload of another length, type or name' }] });
    }
    return standing.sha256 === undefined ? this.go(standing, 0, source) : stateOf(standing);
  }

  /** The rest of a file, or a further part. Rejects with a 400, 404, 409, 422 or 503 problem. */
  async resume(source: Readable, name: UploadName, offset: number): Promise<UploadState> {
    const standing = await this.known(name);
    if (standing.sha256 !== undefined && offset === standing.length) return stateOf(standing);
    return this.go(standing, offset, source);
  }

  /** How far an upload is. Rejects with a 404 problem. */
  async progress(name: UploadName): Promise<UploadState> {
    return stateOf(await this.known(name));
  }

  /** Erases uploads that nobody went on with. Any number of replicas may do so. */
  async eraseExpired(): Promise<void> {
    for (const record of await this.book.expired()) await this.erase(record);
  }

  private async known(name: UploadName): Promise<UploadRecord> {
    const record = await this.book.find(idOf(name));
    if (!record || this.book.isOver(record)) throw new ProblemError(404, 'unknown-upload', 'no such upload is under way');
    return record;
  }

  private async go(standing: UploadRecord, offset: number, source: Readable): Promise<UploadState> {
    const record = await this.book.claim(standing, offset);
    if (!record) throw await this.conflict(standing);
    try {
      const { received, sha256 } = await this.receive(record, source);
      if (received < (record.length ?? 0)) return stateOf({ ...record, received });
      return { received, length: received, file: await this.complete({ ...record, received }, sha256) };
    } catch (error) {
      if (!(error instanceof SupersededError)) throw error;
      throw await this.conflict(record);
    }
  }

  /** Where the upload is that another connection writes to, or 404 when it is gone. */
  private async conflict({ _id }: UploadRecord): Promise<ProblemError> {
    const now = await this.book.find(_id);
    if (!now || this.book.isOver(now)) return new ProblemError(404, 'unknown-upload', 'no such upload is under way');
    return new ProblemError(409, 'upload-offset', `the upload goes on at byte ${now.received}`, {
      errors: [{ path: 'Upload-Offset', message: `must be ${now.received}` }],
      headers: { 'upload-offset': String(now.received) },
    });
  }

  /** Stores what the connection brings. The hash is there when it brought all of the file. */
  private async receive(record: UploadRecord, source: Readable): Promise<{ received: number; sha256?: string }> {
    const writer = await ChunkWriter.from(this.contents.chunks, record, (received) => this.book.advance(record, received));
    const sha256 = record.received === 0 ? createHash('sha256') : undefined;
    try {
      await this.copy(source, writer, record, sha256);
      await writer.flush();
    } catch (error) {
      const isKept = record.length !== undefined && !(error instanceof ProblemError) && !(error instanceof SupersededError);
      const last = isKept ? await writer.flush().catch((late: unknown) => late) : error;
      if (last instanceof SupersededError) await this.clearAfter(record);
      throw error;
    }
    return { received: writer.received, ...(sha256 && { sha256: sha256.digest('hex') }) };
  }

  private async copy(source: Readable, writer: ChunkWriter, { length }: UploadRecord, sha256: Hash | undefined): Promise<void> {
    // The request must stay readable when the file is refused, or its sender could not be told.
    for await (const bytes of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const received = writer.received + bytes.length;
      if (length !== undefined && received > length) throw invalidRequest([{ path: 'Upload-Length', message: 'is less than what came' }]);
      if (received > this.config.EDGE_MAX_FILE_BYTES) throw payloadTooLarge(this.config.EDGE_MAX_FILE_BYTES);
      sha256?.update(bytes);
      await writer.add(bytes);
      this.counts.bytes += bytes.length;
    }
  }

  private async complete(record: UploadRecord, hash: string | undefined): Promise<FileAnswer> {
    const sha256 = hash ?? (await this.hashOf(record, record.received));
    const file = await this.admit(record, sha256).catch(async (error: unknown) => {
      if (error instanceof ProblemError && error.status !== 503) await this.discard(record);
      throw error;
    });
    if (await this.book.finish(record, sha256)) return file;
    await this.clearAfter(record);
    throw new SupersededError();
  }

  /** Lets the file be fetched unless the scanner objects; throws 413, 422, 503. */
  private async admit({ fileId, owner, contentType, fileName, received }: UploadRecord, sha256: string): Promise<FileAnswer> {
    const finding = await this.scanner.scan(() => this.contents.chunks.read(fileId, 0, received)).catch((error: unknown) => {
      throw unavailable(SCAN_AGAIN_SEC, error);
    });
    if (finding.is !== 'clean') this.counts.refused += 1;
    if (finding.is === 'malware') throw new ProblemError(422, 'malware-found', `the file contains malware: ${finding.name}`, { errors: [{ path: 'body', message: `contains ${finding.name}` }] });
    if (finding.is === 'too-large') throw new ProblemError(413, 'payload-too-large', 'the file has more bytes than can be scanned for malware');
    const file = await this.contents.publish({ id: fileId, size: received, sha256, owner, contentType, ...(fileName !== undefined && { fileName }) });
    this.counts.whole += 1;
    return { id: file.id, size: file.size, sha256, contentType };
  }

  private async hashOf({ fileId }: UploadRecord, size: number): Promise<string> {
    const sha256 = createHash('sha256');
    for await (const bytes of this.contents.chunks.read(fileId, 0, size)) sha256.update(bytes);
    return sha256.digest('hex');
  }

  /** What a late writer left of an upload that was erased meanwhile. */
  private async clearAfter(record: UploadRecord): Promise<void> {
    if (!(await this.book.stands(record))) await this.contents.remove(record.fileId);
  }

  private async discard(record: UploadRecord): Promise<void> {
    await this.contents.remove(record.fileId);
    await this.book.remove(record);
  }

  private async erase(expired: UploadRecord): Promise<void> {
    const record = await this.book.shut(expired);
    if (!record) return;
    // The file of an upload that is done has a life of its own.
    if (record.sha256 === undefined) await this.contents.remove(record.fileId);
    await this.book.remove(record);
  }
}

function idOf({ owner, uploadId }: UploadName): string {
  return `${owner}|${uploadId}`;
}

function stateOf({ fileId: id, received, length = received, sha256, contentType }: UploadRecord): UploadState {
  return { received, length, ...(sha256 !== undefined && { file: { id, size: length, sha256, contentType } }) };
}
