import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Body, Controller, Get, Head, Headers, Inject, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { BodyAs, CallingDevice, CreatesWork, Describe, type DevicePrincipal, draining, parse, payloadTooLarge, ProblemError } from '@cpm/http';
import { CONTENT, CONTENT_HEADERS, contentAnswer, ContentStore, rangeHeaders, sendContent, tagOf } from '@cpm/runtime-content';
import type { Clock } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { EdgeConfig } from '../edge-config.js';
import { ForRegisteredDevice } from '@cpm/runtime-host';
import { CLOCK, EDGE_CONFIG } from '../ports.js';
import { observe, TransferProgress } from './transfer-progress.js';
import { fileKind, isUploadId, resumableUpload, resumptionHeaders, uploadHeaders, uploadOffset, uploadPath, uploadQuery, type RequestHeaders } from './upload-headers.js';
import { fileAnswer, Uploads, type FileAnswer, type UploadName, type UploadState } from './uploads.js';

const downloadOptions = z.object({
  transfer: z.string().regex(/^[\w.~:@+=-]{1,128}$/, 'must be 1 to 128 letters, digits or .~:@+=-_').optional(),
});

const ANY_CONTENT = [{ types: ['*/*'] }];
const OFFSET = { 'Upload-Offset': 'How many bytes are kept' };

@Controller('cpm/v1/files')
@ForRegisteredDevice()
export class FilesController {
  constructor(
    @Inject(ContentStore) private readonly contents: ContentStore,
    @Inject(Uploads) private readonly uploads: Uploads,
    @Inject(TransferProgress) private readonly transfers: TransferProgress,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EDGE_CONFIG) private readonly config: EdgeConfig,
  ) {}

  /** A file in one request; with `Upload-Id` and `Upload-Length` the beginning of one that may come in several. */
  @CreatesWork()
  @Post()
  @BodyAs({ as: 'stream' })
  @Describe({ summary: 'Uploads a file, or the beginning of one', query: uploadQuery, headers: uploadHeaders, body: ANY_CONTENT, answers: { 201: fileAnswer, 204: null }, answerHeaders: { 201: OFFSET, 204: OFFSET }, problems: [409, 422] })
  async upload(
    @CallingDevice() { user }: DevicePrincipal,
    @Headers() headers: RequestHeaders,
    @Query('fileName') queryName: unknown,
    @Body() body: Readable | undefined,
    @Req() request: { raw: IncomingMessage },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FileAnswer | undefined> {
    return draining(request.raw, reply, async () => {
      const kind = { owner: user, ...fileKind(headers, queryName, this.config.EDGE_FILE_TYPES) };
      const resumable = resumableUpload(headers);
      if (Number(headers['content-length'] ?? 0) > this.config.EDGE_MAX_FILE_BYTES) throw payloadTooLarge(this.config.EDGE_MAX_FILE_BYTES);
      const source = body ?? request.raw;
      if (resumable) return progressOf(reply, await this.uploads.begin(source, kind, resumable));
      void reply.status(201);
      return this.uploads.takeWhole(source, kind);
    });
  }

  /** How much of an upload is kept. */
  @Head('uploads/:uploadId')
  @Describe({ summary: 'How much of an upload is kept', path: uploadPath, answers: { 200: null }, answerHeaders: { 200: { ...OFFSET, 'Upload-Length': 'How many bytes the file has' } }, problems: [404] })
  async progress(@CallingDevice() { user }: DevicePrincipal, @Param('uploadId') uploadId: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { received, length } = await this.uploads.progress(nameOf(user, uploadId));
    void reply.status(200).headers({ 'upload-offset': String(received), 'upload-length': String(length), 'cache-control': 'no-store' });
  }

  /** The rest of an upload, or a further part of it, from `Upload-Offset` on. */
  @Patch('uploads/:uploadId')
  @BodyAs({ as: 'stream' })
  @Describe({ summary: 'The rest of an upload, or a further part of it', path: uploadPath, headers: resumptionHeaders, body: ANY_CONTENT, answers: { 201: fileAnswer, 204: null }, answerHeaders: { 201: OFFSET, 204: OFFSET }, problems: [404, 409, 422] })
  async resume(
    @CallingDevice() { user }: DevicePrincipal,
    @Param('uploadId') uploadId: string,
    @Headers() headers: RequestHeaders,
    @Body() body: Readable | undefined,
    @Req() request: { raw: IncomingMessage },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FileAnswer | undefined> {
    return draining(request.raw, reply, async () => progressOf(reply, await this.uploads.resume(body ?? request.raw, nameOf(user, uploadId), uploadOffset(headers))));
  }

  /** With `?transfer=` the outcome is reported as the progress of that file transfer. */
  @Get(':id')
  @Describe({ summary: 'A file, whole or in a range', path: z.object({ id: z.string() }), query: downloadOptions, headers: rangeHeaders, answers: CONTENT, answerHeaders: CONTENT_HEADERS, problems: [404, 410, 416] })
  async download(
    @CallingDevice() device: DevicePrincipal,
    @Param('id') id: string,
    @Headers() headers: RequestHeaders,
    @Query('transfer') queryTransfer: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { transfer } = parse(downloadOptions, { transfer: queryTransfer });
    const file = /^[\w-]{1,64}$/.test(id) ? await this.contents.find(id) : undefined;
    if (!file) throw new ProblemError(404, 'unknown-file', 'there is no such file');
    if (file.expiresAtMs <= this.clock.now()) throw new ProblemError(410, 'file-expired', 'the file is not kept any more');
    const answer = contentAnswer({ ...file, tag: tagOf(file) }, headers);
    if (transfer !== undefined && reply.request.method === 'GET') {
      const fetch = randomUUID();
      observe(reply.raw, answer.range.last === file.size - 1, (progress) => this.transfers.report({ user: device.user, device: device.device, transferId: transfer, progress, fetch }));
    }
    await sendContent(reply, answer, (range) => this.contents.read(file, range));
  }
}

/** 201 with the file when it is whole, 204 while more is to come. */
function progressOf(reply: FastifyReply, { received, file }: UploadState): FileAnswer | undefined {
  void reply.status(file ? 201 : 204).header('upload-offset', String(received));
  return file;
}

/** An id that no client can have chosen names no upload. */
function nameOf(owner: CpmAddress, uploadId: string): UploadName {
  if (!isUploadId(uploadId)) throw new ProblemError(404, 'unknown-upload', 'no such upload is under way');
  return { owner, uploadId };
}
