import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CreateObjects, type NewObject, type PayloadPart } from '@cpm/contracts-message-store-sync';
import { partsOf, type ObjectRow } from '@cpm/domain-message-store-sync';
import { ProblemError, type DevicePrincipal } from '@cpm/http';
import { ContentStore } from '@cpm/runtime-content';
import { BoxCommands, refusalProblem } from '../box-commands.js';
import { MultipartUpload } from '../multipart-upload.js';
import { StoredObjects } from '../stored-objects.js';
import type { PlannedObject } from './object-request.js';

/** The most characters of one command: a record of the log may not be longer than a megabyte. */
const COMMAND_CHARACTERS = 200_000;

/** An object that stands in the box now, and whether this call, or the same one before, made it. */
export interface CreatedObject {
  readonly row: ObjectRow;
  readonly isNew: boolean;
}

/** Puts objects of devices into boxes, each once, however often its device says so. */
@Injectable()
export class ObjectCreation {
  constructor(
    @Inject(BoxCommands) private readonly commands: BoxCommands,
    @Inject(StoredObjects) private readonly objects: StoredObjects,
    @Inject(ContentStore) private readonly contents: ContentStore,
    @Inject(MultipartUpload) private readonly uploads: MultipartUpload,
  ) {}

  /** Does what makes objects of attachments; those that no object came to name are erased, unless that is not known. */
  async withAttachments<Made extends CreatedObject | readonly (CreatedObject | ProblemError)[]>(parts: readonly PayloadPart[], work: () => Promise<Made>): Promise<Made> {
    try {
      const made = await work();
      const named = new Set([made].flat().flatMap((one) => ('row' in one ? contentOf(one.row) : [])));
      await this.uploads.discard(parts.filter(({ contentId }) => contentId !== undefined && !named.has(contentId)));
      return made;
    } catch (error) {
      if (error instanceof ProblemError && error.status < 500) await this.uploads.discard(parts);
      throw error;
    }
  }

  /** In the order given, what became of each; rejects with a 503 problem when that is not known in time. */
  async create(caller: DevicePrincipal, planned: readonly PlannedObject[]): Promise<readonly (CreatedObject | ProblemError)[]> {
    const before = await this.objects.findByPrefixes(caller.user, planned.flatMap(({ prefix }) => prefix ?? []));
    const known = planned.map(({ prefix }) => (prefix === undefined ? undefined : before.find(({ oid }) => oid.startsWith(prefix))));
    const absent = new Map(planned.filter((_, at) => !known[at]).map(({ object }) => [object.objectId, object]));
    const refusals = new Map<string, ProblemError>();
    for (const group of groups([...absent.values()])) {
      const problem = await this.put(caller, group);
      if (problem) for (const { objectId } of group) refusals.set(objectId, problem);
    }
    const created = await this.objects.find(caller.user, [...absent.keys()]);
    return planned.map(({ object: { objectId } }, at) => {
      const made = known[at];
      if (made) return repeated(made, objectId);
      const row = created.get(objectId);
      return refusals.get(objectId) ?? (row ? { row, isNew: true } : removedSince());
    });
  }

  private async put({ user, device }: DevicePrincipal, objects: NewObject[]): Promise<ProblemError | undefined> {
    const request = { user, device, objects };
    // Before the objects name it: what nobody uses is erased after a while.
    await Promise.all(objects.flatMap(({ parts }) => parts.flatMap(({ contentId }) => contentId ?? [])).map((id) => this.contents.markUsed(id, Infinity)));
    const commandId = createHash('sha256').update(objects.map(({ objectId }) => objectId).join('|')).digest('hex').slice(0, 32);
    const answer = await this.commands.ask(CreateObjects, request, commandId);
    if (answer.done) return undefined;
    // It may be what an earlier try was told: there may be room by now.
    const again = await this.commands.ask(CreateObjects, request);
    return again.done ? undefined : refusalProblem(again.refusal);
  }
}

function repeated(row: ObjectRow, objectId: string): CreatedObject | ProblemError {
  if (row.oid !== objectId) return new ProblemError(409, 'correlator-reused', 'the clientCorrelator was used for another object', { errors: [{ path: 'clientCorrelator', message: 'was used for another object' }] });
  return row.deleted ? removedSince() : { row, isNew: false };
}

/** Of an object that was created and not told of: a fault of this service. */
export function unanswered(): ProblemError {
  return new ProblemError(500, 'internal-error', 'the service failed to answer');
}

function removedSince(): ProblemError {
  return new ProblemError(410, 'removed-since', 'the object was created before and removed since');
}

function contentOf(row: ObjectRow): readonly string[] {
  return partsOf(row).flatMap(({ contentId }) => contentId ?? []);
}

function groups(objects: readonly NewObject[]): NewObject[][] {
  const made: NewObject[][] = [];
  let room = 0;
  for (const object of objects) {
    const size = JSON.stringify(object).length;
    const group = made.at(-1);
    if (group && size <= room) group.push(object);
    else {
      made.push([object]);
      room = COMMAND_CHARACTERS;
    }
    room -= size;
  }
  return made;
}
