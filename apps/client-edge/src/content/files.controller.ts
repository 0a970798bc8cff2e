import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { BodyAs, CallingDevice, drain, invalidRequest, parse, payloadTooLarge, ProblemError, type DevicePrincipal } from '@cpm/http';
import type { Clock } from '@cpm/runtime-ports';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { EdgeConfig } from '../edge-config.js';
import { ForRegisteredDevice } from '../for-registered-device.js';
import { CLOCK, EDGE_CONFIG } from '../ports.js';
import { mediaTypeHeader } from '../submission/submission-request.js';
import { requestedRange } from './byte-range.js';
import { ContentStore, type StoredFile } from './content-store.js';

const fileName = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => name.isWellFormed() && !/[\p{Cc}/\\\u202A-\u202E\u2066-\u2069]/u.test(name), 'must be a file name without path, control or direction-override characters');
const uploadOptions = z.object({ fileName: fileName.optional() });

@Controller('cpm/v1/files')
@ForRegisteredDevice()
export class FilesController {
  constructor(
    @Inject(ContentStore) private readonly contents: ContentStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EDGE_CONFIG) private readonly config: EdgeConfig,
  ) {}

  /** The name may come as `?fileName=` or, percent-encoded, in the header `X-File-Name`. */
  @Post()
  @HttpCode(201)
  @BodyAs({ as: 'stream' })
  async upload(
    @CallingDevice() { user }: DevicePrincipal,
    @Headers() headers: Record<string, string | undefined>,
    @Query('fileName') queryName: unknown,
    @Body() body: Readable | undefined,
    @Req() request: { raw: IncomingMessage },
  ) {
    const source = body ?? request.raw;
    try {
      const contentType = mediaTypeHeader.safeParse(headers['content-type']);
      if (!contentType.success) throw new ProblemError(415, 'unsupported-media-type', 'Content-Type must be the media type of the file');
      const { fileName: name } = parse(uploadOptions, { fileName: queryName ?? decoded(headers['x-file-name']) });
      if (Number(headers['content-length'] ?? 0) > this.config.EDGE_MAX_FILE_BYTES) throw payloadTooLarge(this.config.EDGE_MAX_FILE_BYTES);
      const { id, size, sha256 } = await this.contents.keepFile(source, { owner: user, contentType: contentType.data, ...(name !== undefined && { fileName: name }) });
      return { id, size, sha256, contentType: contentType.data };
    } catch (error) {
      if (error instanceof ProblemError) await drain(request.raw).catch(() => undefined);
      throw error;
    }
  }

  @Get(':id')
  async download(@Param('id') id: string, @Headers('range') rangeHeader: string | undefined, @Headers('if-range') validator: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    const file = /^[\w-]{1,64}$/.test(id) ? await this.contents.find(id) : undefined;
    if (!file) throw new ProblemError(404, 'unknown-file', 'there is no such file');
    if (file.expiresAtMs <= this.clock.now()) throw new ProblemError(410, 'file-expired', 'the file is not kept any more');
    const isStale = validator !== undefined && validator !== etagOf(file);
    const range = requestedRange(isStale ? undefined : rangeHeader, file.size);
    if (range === 'unsatisfiable') {
      throw new ProblemError(416, 'range-not-satisfiable', `the file has ${file.size} bytes`, { headers: { 'content-range': `bytes */${file.size}` } });
    }
    void reply.headers(headersOf(file));
    if (range === 'whole') {
      await reply.status(200).header('content-length', file.size).send(this.contents.read(file));
      return;
    }
    const { first, last } = range;
    await reply.status(206).headers({ 'content-range': `bytes ${first}-${last}/${file.size}`, 'content-length': last - first + 1 }).send(this.contents.read(file, range));
  }
}

function etagOf({ sha256, id }: StoredFile): string {
  return `"${sha256 || id}"`;
}

/** Never shown by a browser as a page of this origin, whatever was uploaded. */
function headersOf(file: StoredFile): Record<string, string> {
  return {
    'content-type': file.contentType,
    'content-disposition': file.fileName === undefined ? 'attachment' : `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=86400, immutable',
    etag: etagOf(file),
  };
}

function decoded(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  try {
    return decodeURIComponent(header);
  } catch {
    throw invalidRequest([{ path: 'X-File-Name', message: 'must be percent-encoded UTF-8' }]);
  }
}
