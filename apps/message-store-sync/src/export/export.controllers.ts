import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { Describe, parse, RequireScope, type Operation } from '@cpm/http';
import { Audited } from '@cpm/runtime-host';
import { cpmAddress, type CpmAddress } from '@cpm/vocabulary';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { NMS_CONFIG, type NmsConfig } from '../nms-config.js';
import { InBox, NmsResource, type BoxDevice } from '../nms-resource.js';
import { BoxExport, EXPORT_TYPE } from './box-export.js';

const adminPath = z.object({ address: cpmAddress });
const options = z.strictObject({ content: z.enum(['true', 'false']).optional() });

const EXPORT: Operation = { summary: 'What the store keeps of a user, one JSON text a line', query: options, answers: { 200: [{ types: [EXPORT_TYPE], schema: z.string() }] } };

/** An operator takes out what the store keeps of a user. */
@Controller('/admin/v1/subscribers/:address/export')
@RequireScope('operator')
export class SubscriberExportController {
  constructor(
    @Inject(BoxExport) private readonly boxes: BoxExport,
    @Inject(NMS_CONFIG) private readonly config: NmsConfig,
  ) {}

  @Get()
  @Audited('box.export')
  @Describe({ ...EXPORT, path: adminPath })
  async export(@Param() params: unknown, @Query() query: unknown, @Req() { protocol, host }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(this.boxes, parse(adminPath, params).address, { query, baseUrl: this.config.PUBLIC_URL ?? `${protocol}://${host}`, reply });
  }
}

/** A user takes out what the store keeps of him. */
@NmsResource('export')
export class OwnExportController {
  constructor(@Inject(BoxExport) private readonly boxes: BoxExport) {}

  @Get()
  @Audited('box.export')
  @Describe(EXPORT)
  async export(@InBox() { user, baseUrl }: BoxDevice, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    await send(this.boxes, user, { query, baseUrl, reply });
  }
}

interface Exchange {
  readonly query: unknown;
  readonly baseUrl: string;
  readonly reply: FastifyReply;
}

/** Resolves when the last line has left; what is not read yet is not fetched from the database. */
async function send(boxes: BoxExport, user: CpmAddress, { query, baseUrl, reply }: Exchange): Promise<void> {
  const withContent = parse(options, query).content === 'true';
  // Fastify answers HEAD by reading all that it then does not send.
  const lines = Readable.from(reply.request.method === 'HEAD' ? [] : boxes.lines(user, { withContent, baseUrl }), { objectMode: false });
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-disposition': 'attachment; filename="box.ndjson"' };
  void reply.headers(headers).type(EXPORT_TYPE).send(lines);
  await finished(lines);
}
