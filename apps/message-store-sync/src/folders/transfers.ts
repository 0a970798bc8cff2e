import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ChangeFolder, type FolderChange, type NewObject } from '@cpm/contracts-message-store-sync';
import { folderUrl, madeFoldersIn, nmsFolder, partsOf, type Box, type ObjectRow } from '@cpm/domain-message-store-sync';
import { ProblemError, type DevicePrincipal } from '@cpm/http';
import { objectUrl } from '@cpm/vocabulary';
import { BoxCommands, refusalProblem } from '../box-commands.js';
import { Boxes } from '../boxes.js';
import { failed, succeeded, type BulkResponse } from '../bulk.js';
import type { BoxDevice } from '../nms-resource.js';
import { ObjectReader, unknownObject } from '../object-reader.js';
import { ObjectChanges } from '../objects/object-changes.js';
import { ObjectCreation } from '../objects/object-creation.js';
import { folderIn, MAX_BULK, objectIdIn, unknownFolder, type Reference } from '../references.js';
import { StoredObjects } from '../stored-objects.js';
import type { Transfer } from './folder-requests.js';

/** A folder to be made, and what is to be copied into it. */
interface FolderCopy {
  readonly key: string;
  readonly name: string;
  readonly parent: string;
  readonly rows: readonly ObjectRow[];
}

/** Brings objects and folders to another folder. Every answer is in the order of the references, objects first. */
@Injectable()
export class Transfers {
  constructor(
    @Inject(Boxes) private readonly boxes: Boxes,
    @Inject(BoxCommands) private readonly commands: BoxCommands,
    @Inject(ObjectReader) private readonly reader: ObjectReader,
    @Inject(ObjectChanges) private readonly changes: ObjectChanges,
    @Inject(ObjectCreation) private readonly creation: ObjectCreation,
    @Inject(StoredObjects) private readonly objects: StoredObjects,
  ) {}

  async move(caller: BoxDevice, { targetRef, sourceRefs }: Transfer): Promise<readonly BulkResponse[]> {
    const { user, baseUrl } = caller;
    const box = await this.boxes.of(user);
    const target = targetIn(targetRef, caller, box);
    const rows = await this.rowsOf(caller, sourceRefs);
    const moving = new Map(rows.flatMap((row) => (row && row.folder !== target ? [[row.oid, { objectId: row.oid, folder: target }]] : [])));
    const unmoved = await this.changes.make(caller, [...moving.values()]);
    const objects = rows.map((row) => {
      if (!row) return failed(unknownObject());
      return unmoved.has(row.oid) ? failed(unknownFolder('targetRef')) : succeeded(baseUrl + objectUrl(user, row.oid), 200);
    });
    const folders: BulkResponse[] = [];
    for (const [at, named] of foldersOf(sourceRefs).entries()) {
      const key = folderIn(named, user, box.folders);
      const problem = key === undefined ? unknownFolder(`sourceRefs.folders.folderReference[${at}]`) : await this.change(caller, key, { kind: 'move', parent: target });
      folders.push(problem ? failed(problem) : succeeded(baseUrl + folderUrl(user, key ?? ''), 200));
    }
    return [...objects, ...folders];
  }

  /** What the copy has of its original is all but the numbers and the reports: it is an object of the device's own. */
  async copy(caller: BoxDevice, { targetRef, sourceRefs }: Transfer): Promise<readonly BulkResponse[]> {
    const box = await this.boxes.of(caller.user);
    const target = targetIn(targetRef, caller, box);
    const rows = await this.rowsOf(caller, sourceRefs);
    const objects = await this.copyRows(caller, rows, target);
    const folders: BulkResponse[] = [];
    for (const [at, named] of foldersOf(sourceRefs).entries()) {
      const key = folderIn(named, caller.user, box.folders);
      folders.push(key === undefined ? failed(unknownFolder(`sourceRefs.folders.folderReference[${at}]`)) : await this.copyFolder(caller, key, target, box));
    }
    return [...objects, ...folders];
  }

  private async copyFolder(caller: BoxDevice, source: string, target: string, box: Box): Promise<BulkResponse> {
    const copies = await this.copiesOf(caller, source, target, box);
    if (copies instanceof ProblemError) return failed(copies);
    for (const { key, name, parent, rows } of copies) {
      const problem = await this.change(caller, key, { kind: 'create', name, parent });
      if (problem) return failed(problem);
      const missing = (await this.copyRows(caller, rows, key)).find((one) => 'failure' in one);
      if (missing) return missing;
    }
    return succeeded(caller.baseUrl + folderUrl(caller.user, copies[0]?.key ?? ''), 201);
  }

  /** From the top down; reports stay where they are. */
  private async copiesOf(caller: BoxDevice, source: string, parent: string, box: Box): Promise<readonly FolderCopy[] | ProblemError> {
    const { user, baseUrl } = caller;
    const key = `f-${randomUUID()}`;
    const bounds = { u: user, deleted: false, folder: source };
    const all = await this.objects.rows({ index: 'folder-page', lower: { ...bounds, date: 0, oid: '' }, upper: { ...bounds, date: Number.MAX_SAFE_INTEGER, oid: '' }, direction: 1 }, {}, MAX_BULK + 1);
    const copies: FolderCopy[] = [{ key, name: nmsFolder(user, source, { folders: box.folders, baseUrl }).name, parent, rows: all.filter(({ status }) => status === undefined) }];
    for (const below of madeFoldersIn(source, box.folders)) {
      const more = await this.copiesOf(caller, below, key, box);
      if (more instanceof ProblemError) return more;
      copies.push(...more);
    }
    const isTooMuch = copies.reduce((sum, { rows }) => sum + rows.length, 0) > MAX_BULK;
    return isTooMuch ? new ProblemError(403, 'too-much', `more than ${MAX_BULK} objects are in it: copy them a part at a time`) : copies;
  }

  private async copyRows(caller: BoxDevice, rows: readonly (ObjectRow | undefined)[], folder: string): Promise<BulkResponse[]> {
    const copied = rows.filter((row): row is ObjectRow => row?.status === undefined && row !== undefined);
    const created = copied.length === 0 ? [] : await this.creation.create(caller, copied.map((row) => ({ object: copyOf(row, folder) })));
    const made = new Map(copied.map((row, at) => [row, created[at]]));
    return rows.map((row) => {
      const copy = row && made.get(row);
      if (!row) return failed(unknownObject());
      if (!copy) return failed(new ProblemError(403, 'not-copyable', 'a report belongs to its message'));
      return copy instanceof ProblemError ? failed(copy) : succeeded(caller.baseUrl + objectUrl(caller.user, copy.row.oid), 201);
    });
  }

  private async rowsOf({ user }: DevicePrincipal, { objects }: Transfer['sourceRefs']): Promise<(ObjectRow | undefined)[]> {
    const ids = (objects?.objectReference ?? []).map((named) => objectIdIn(named, user));
    const rows = await this.reader.find(user, ids.flatMap((id) => id ?? []));
    return ids.map((id) => (id === undefined ? undefined : rows.get(id)));
  }

  private async change({ user, device }: DevicePrincipal, folder: string, change: FolderChange): Promise<ProblemError | undefined> {
    const answer = await this.commands.ask(ChangeFolder, { user, device, folder, change });
    return answer.done ? undefined : refusalProblem(answer.refusal);
  }
}

function foldersOf({ folders }: Transfer['sourceRefs']): readonly Reference[] {
  return folders?.folderReference ?? [];
}

function targetIn(named: Reference, { user }: DevicePrincipal, { folders }: Box): string {
  const key = folderIn(named, user, folders);
  if (key === undefined) throw unknownFolder('targetRef');
  return key;
}

function copyOf(row: ObjectRow, folder: string): NewObject {
  const { context, dir: direction, from, to, date, messageId, conversationId, contributionId, inReplyTo, correlationTag, attributes = [], flags } = row;
  return {
    objectId: `d-${randomUUID()}`, folder, context, direction, from, to: [...to], date, messageId,
    ...(conversationId !== undefined && { conversationId }), ...(contributionId !== undefined && { contributionId }), ...(inReplyTo !== undefined && { inReplyTo }),
    ...(correlationTag !== undefined && { correlationTag }), attributes: [...attributes], flags: [...flags], parts: [...partsOf(row)],
  };
}
