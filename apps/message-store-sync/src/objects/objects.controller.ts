import { Body, Delete, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { nmsObject, partsOf, type NmsObject } from '@cpm/domain-message-store-sync';
import { parse, ProblemError } from '@cpm/http';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import { fileUrl } from '@cpm/vocabulary';
import type { PayloadPart } from '@cpm/contracts-message-store-sync';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Boxes } from '../boxes.js';
import { InBox, NmsResource, type BoxDevice } from '../nms-resource.js';
import { ObjectReader } from '../object-reader.js';
import { objectId } from '../references.js';
import { ObjectChanges } from './object-changes.js';
import { ObjectCreation } from './object-creation.js';
import { objectCreation, plannedObject } from './object-request.js';

const objectPath = z.object({ objectId });
const partPath = objectPath.extend({ part: z.coerce.number().int().min(1).max(1_000) });

/** Single objects of a box. */
@NmsResource('objects')
export class ObjectsController {
  constructor(
    @Inject(ObjectReader) private readonly reader: ObjectReader,
    @Inject(ObjectChanges) private readonly changes: ObjectChanges,
    @Inject(ObjectCreation) private readonly creation: ObjectCreation,
    @Inject(Boxes) private readonly boxes: Boxes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  async create(@InBox() caller: BoxDevice, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ object: NmsObject }> {
    const { object: given } = parse(objectCreation, body);
    const box = await this.boxes.of(caller.user);
    const planned = plannedObject(given, { caller, box, now: this.clock.now(), parts: [], path: 'object' });
    const [created] = await this.creation.create(caller, [planned]);
    if (!created || created instanceof ProblemError) throw created ?? new ProblemError(500, 'internal-error', 'the service failed to answer');
    const object = nmsObject(created.row, { folders: (await this.boxes.of(caller.user)).folders, baseUrl: caller.baseUrl });
    reply.status(201).header('location', object.resourceURL);
    return { object };
  }

  @Get(':objectId')
  async get(@InBox() caller: BoxDevice, @Param() params: unknown): Promise<{ object: NmsObject }> {
    return { object: await this.reader.show(caller, await this.reader.get(caller.user, parse(objectPath, params).objectId)) };
  }

  @Delete(':objectId')
  @HttpCode(204)
  async remove(@InBox() caller: BoxDevice, @Param() params: unknown): Promise<void> {
    const { oid } = await this.reader.get(caller.user, parse(objectPath, params).objectId);
    await this.changes.make(caller, [{ objectId: oid, remove: 'deleted' }]);
  }

  @Get(':objectId/payload')
  async payload(@InBox() { user }: BoxDevice, @Param() params: unknown, @Res() reply: FastifyReply): Promise<void> {
    const row = await this.reader.get(user, parse(objectPath, params).objectId);
    await sendPart(partsOf(row)[0], reply);
  }

  @Get(':objectId/payloadParts/:part')
  async payloadPart(@InBox() { user }: BoxDevice, @Param() params: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { objectId: id, part } = parse(partPath, params);
    const row = await this.reader.get(user, id);
    await sendPart(partsOf(row)[part - 1], reply);
  }
}

async function sendPart(part: PayloadPart | undefined, reply: FastifyReply): Promise<void> {
  if (!part) throw new ProblemError(404, 'no-payload', 'the object has no such payload');
  if (part.text === undefined) await reply.redirect(fileUrl(part.contentId ?? ''), 307);
  else await reply.headers({ 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox" }).type(part.contentType).send(part.text);
}
