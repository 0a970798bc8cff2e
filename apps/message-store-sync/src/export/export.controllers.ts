import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Controller, Get, Inject, Param, Query, Req, Res, UseFilters } from '@nestjs/common';
import { CallingDevice, parse, ProblemError, RequireScope, type DevicePrincipal } from '@cpm/http';
import { Audited } from '@cpm/runtime-host';
import { cpmAddress, type CpmAddress } from '@cpm/vocabulary';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { NmsErrorFilter } from '../nms-error.js';
import { BoxExport, EXPORT_TYPE } from './box-export.js';

const adminPath = z.object({ address: cpmAddress });
const ownPath = z.object({ storeName: z.string(), boxId: cpmAddress });
const options = z.strictObject({ content: z.enum(['true', 'false']).optional() });

/** An operator takes out what the store keeps of a user. */
@Controller('/admin/v1/subscribers/:address/export')
@RequireScope('operator')
export class SubscriberExportController {
  constructor(@Inject(BoxExport) private readonly boxes: BoxExport) {}

  @Get()
  @Audited('box.export')
  async export(@Param() params: unknown, @Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(this.boxes, parse(adminPath, params).address, { query, request, reply });
  }
}

/** A user takes out what the store keeps of him. */
@Controller('/nms/v1/:storeName/:boxId/export')
@RequireScope('device')
@UseFilters(NmsErrorFilter)
export class OwnExportController {
  constructor(@Inject(BoxExport) private readonly boxes: BoxExport) {}

  @Get()
  @Audited('box.export')
  async export(@CallingDevice() { user }: DevicePrincipal, @Param() params: unknown, @Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (parse(ownPath, params).boxId !== user) throw new ProblemError(403, 'foreign-box', 'the box belongs to another user');
    await send(this.boxes, user, { query, request, reply });
  }
}

interface Exchange {
  readonly query: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Resolves when the last line has left; what is not read yet is not fetched from the database. */
async function send(boxes: BoxExport, user: CpmAddress, { query, request: { protocol, host }, reply }: Exchange): Promise<void> {
  const withContent = parse(options, query).content === 'true';
  const lines = Readable.from(boxes.lines(user, { withContent, baseUrl: `${protocol}://${host}` }), { objectMode: false });
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-disposition': 'attachment; filename="box.ndjson"' };
  void reply.headers(headers).type(EXPORT_TYPE).send(lines);
  await finished(lines);
}
