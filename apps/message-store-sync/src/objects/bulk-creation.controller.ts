import { Inject, Post, Req, Res } from '@nestjs/common';
import type { PayloadPart } from '@cpm/contracts-message-store-sync';
import type { Box } from '@cpm/domain-message-store-sync';
import { BodyAs, CreatesWork, Describe, invalidRequest, parse, ProblemError } from '@cpm/http';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import { objectUrl } from '@cpm/vocabulary';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Boxes } from '../boxes.js';
import { bulkAnswer, bulkResponseList, failed, succeeded, type BulkAnswer } from '../bulk.js';
import { formOf, MultipartUpload, type Upload } from '../multipart-upload.js';
import { InBox, NmsResource, type BoxDevice } from '../nms-resource.js';
import { MAX_BULK } from '../references.js';
import { ObjectCreation, unanswered } from './object-creation.js';
import { bulkCreation, givenObject, plannedObject, type PlannedObject } from './object-request.js';

const LIMITS = { rootBytes: 2 * 2 ** 20, attachments: MAX_BULK };

/** Many objects in one request, as a device brings along what it had before. */
@NmsResource('objects')
export class BulkCreationController {
  constructor(
    @Inject(MultipartUpload) private readonly uploads: MultipartUpload,
    @Inject(ObjectCreation) private readonly creation: ObjectCreation,
    @Inject(Boxes) private readonly boxes: Boxes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Attachments of the i-th object, counted from 0, are named `object-<i>`. */
  @CreatesWork()
  @Post('operations/bulkCreation')
  @BodyAs({ as: 'stream' })
  @Describe({ summary: 'Makes many objects', body: [bulkCreation, formOf(bulkCreation, 'object-0')], answers: { 200: bulkResponseList, 206: bulkResponseList } })
  async create(@InBox() caller: BoxDevice, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<BulkAnswer> {
    const upload = await this.uploads.take(request, reply, caller.user, LIMITS);
    const made = await this.creation.withAttachments(upload.parts, async () => {
      const { objectList: { object: given } } = parse(bulkCreation, upload.root);
      const parts = partsByObject(upload, given.length);
      const box = await this.boxes.of(caller.user);
      const planned = given.map((one, at) => this.plan(caller, one, { box, parts: parts[at] ?? [], path: `objectList.object[${at}]` }));
      const created = await this.creation.create(caller, planned.flatMap((one) => (one instanceof ProblemError ? [] : [one])));
      const outcomes = created.values();
      return planned.map((one) => (one instanceof ProblemError ? one : outcomes.next().value ?? unanswered()));
    });
    const response = made.map((one) => (one instanceof ProblemError ? failed(one) : succeeded(caller.baseUrl + objectUrl(caller.user, one.row.oid), 201)));
    return bulkAnswer({ response }, reply);
  }

  private plan(caller: BoxDevice, given: unknown, context: { readonly box: Box; readonly parts: readonly PayloadPart[]; readonly path: string }): PlannedObject | ProblemError {
    try {
      return plannedObject(parse(givenObject, given), { ...context, caller, now: this.clock.now() });
    } catch (error) {
      if (error instanceof ProblemError && error.status < 500) return error;
      throw error;
    }
  }
}

function partsByObject({ parts, names }: Upload, objects: number): readonly (readonly PayloadPart[])[] {
  const owners = names.map((name) => Number(/^object-(\d{1,3})$/.exec(name)?.[1] ?? -1));
  const stray = owners.findIndex((owner) => owner < 0 || owner >= objects);
  if (stray >= 0) throw invalidRequest([{ path: `attachments[${stray}]`, message: 'must be named object-<i> after the object that it belongs to' }]);
  return Array.from({ length: objects }, (_, at) => parts.filter((_part, index) => owners[index] === at));
}
