import { Delete, Get, Headers, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { PayloadPart } from '@cpm/contracts-message-store-sync';
import { partsOf, type NmsObject } from '@cpm/domain-message-store-sync';
import { BodyAs, CreatesWork, Describe, parse, ProblemError } from '@cpm/http';
import { CONTENT, CONTENT_HEADERS, rangeHeaders } from '@cpm/runtime-content';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Boxes } from '../boxes.js';
import { formOf, MultipartUpload } from '../multipart-upload.js';
import { InBox, NmsResource, type BoxDevice } from '../nms-resource.js';
import { nmsObject } from '../nms-schemas.js';
import { ObjectReader } from '../object-reader.js';
import { PayloadAnswer } from '../payload-answer.js';
import { objectId } from '../references.js';
import { ObjectChanges } from './object-changes.js';
import { ObjectCreation, unanswered } from './object-creation.js';
import { objectCreation, plannedObject } from './object-request.js';

type RequestHeaders = Readonly<Record<string, string | undefined>>;

const objectPath = z.object({ objectId });
const partPath = objectPath.extend({ part: z.coerce.number().int().min(1).max(1_000) });

const objectAnswer = z.object({ object: nmsObject });

/** Single objects of a box. */
@NmsResource('objects')
export class ObjectsController {
  constructor(
    @Inject(ObjectReader) private readonly reader: ObjectReader,
    @Inject(ObjectChanges) private readonly changes: ObjectChanges,
    @Inject(ObjectCreation) private readonly creation: ObjectCreation,
    @Inject(MultipartUpload) private readonly uploads: MultipartUpload,
    @Inject(PayloadAnswer) private readonly payloads: PayloadAnswer,
    @Inject(Boxes) private readonly boxes: Boxes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @CreatesWork()
  @Post()
  @BodyAs({ as: 'stream' })
  @Describe({ summary: 'Makes an object', body: [objectCreation, formOf(objectCreation)], answers: { 201: objectAnswer }, answerHeaders: { 201: { Location: 'URL of the object' } }, problems: [404, 409, 410] })
  async create(@InBox() caller: BoxDevice, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ object: NmsObject }> {
    const upload = await this.uploads.take(request, reply, caller.user);
    const { row } = await this.creation.withAttachments(upload.parts, async () => {
      const { object: given } = parse(objectCreation, upload.root);
      const planned = plannedObject(given, { caller, box: await this.boxes.of(caller.user), now: this.clock.now(), parts: upload.parts, path: 'object' });
      const [created = unanswered()] = await this.creation.create(caller, [planned]);
      if (created instanceof ProblemError) throw created;
      return created;
    });
    const object = await this.reader.show(caller, row);
    reply.status(201).header('location', object.resourceURL);
    return { object };
  }

  @Get(':objectId')
  @Describe({ summary: 'An object', path: objectPath, answers: { 200: objectAnswer }, problems: [404] })
  async get(@InBox() caller: BoxDevice, @Param() params: unknown): Promise<{ object: NmsObject }> {
    return { object: await this.reader.show(caller, await this.reader.get(caller.user, parse(objectPath, params).objectId)) };
  }

  @Delete(':objectId')
  @HttpCode(204)
  @Describe({ summary: 'Removes an object', path: objectPath, answers: { 204: null }, problems: [404] })
  async remove(@InBox() caller: BoxDevice, @Param() params: unknown): Promise<void> {
    const { oid } = await this.reader.get(caller.user, parse(objectPath, params).objectId);
    await this.changes.make(caller, [{ objectId: oid, remove: 'deleted' }]);
  }

  /** Several parts as `multipart/related`, one as it is. */
  @Get(':objectId/payload')
  @Describe({ summary: 'What an object brings, whole or in a range', path: objectPath, headers: rangeHeaders, answers: CONTENT, answerHeaders: CONTENT_HEADERS, problems: [404, 410, 416] })
  async payload(@InBox() { user }: BoxDevice, @Param() params: unknown, @Headers() headers: RequestHeaders, @Res() reply: FastifyReply): Promise<void> {
    const parts = partsOf(await this.reader.get(user, parse(objectPath, params).objectId));
    if (parts.length > 1) await this.payloads.sendAll(parts, reply);
    else await this.send(parts[0], headers, reply);
  }

  @Get(':objectId/payloadParts/:part')
  @Describe({ summary: 'A part of what an object brings, whole or in a range', path: partPath, headers: rangeHeaders, answers: CONTENT, answerHeaders: CONTENT_HEADERS, problems: [404, 410, 416] })
  async payloadPart(@InBox() { user }: BoxDevice, @Param() params: unknown, @Headers() headers: RequestHeaders, @Res() reply: FastifyReply): Promise<void> {
    const { objectId: id, part } = parse(partPath, params);
    await this.send(partsOf(await this.reader.get(user, id))[part - 1], headers, reply);
  }

  private async send(part: PayloadPart | undefined, headers: RequestHeaders, reply: FastifyReply): Promise<void> {
    if (!part) throw new ProblemError(404, 'no-payload', 'the object has no such payload');
    await this.payloads.send(part, headers, reply);
  }
}
