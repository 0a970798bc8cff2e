import type { NmsEvent, NmsEventList, NmsRemoval } from '../nms/nms-wire.js';
import { idOf, storedFolder, storedObject } from '../nms/stored-from-wire.js';
import type { LocalTables } from '../store/local-tables.js';
import type { StoredFolder, StoredObject, SyncPosition } from '../store/stored.js';

export type KnownBox = Pick<LocalTables, 'objects' | 'folders'>;

/** An object that is not in the box any more. `correlationId` may be of one that was never known here. */
export interface GoneObject {
  readonly id: string;
  readonly correlationId?: string;
}

/** What is different from what was known. */
export interface BoxChange {
  readonly objects: { readonly put: readonly StoredObject[]; readonly remove: readonly string[] };
  readonly folders: { readonly put: readonly StoredFolder[]; readonly remove: readonly string[] };
  readonly gone: readonly GoneObject[];
  /** A full search has come to its end: what is not known now is not in the box, or not in this device's view of it. */
  readonly isWhole?: boolean;
}

/** `gap`: lists are missing before this one; ask for a replay from the token. */
export type ListOutcome =
  | { readonly type: 'applied'; readonly position: SyncPosition; readonly change: BoxChange }
  | { readonly type: 'dropped' }
  | { readonly type: 'gap'; readonly restartToken: string };

const NO_CHANGE: BoxChange = { objects: { put: [], remove: [] }, folders: { put: [], remove: [] }, gone: [] };

/**
 * CPM-MLD-016: what a list of events makes of the box. Lists count without gaps; one that answers a replay from the token that is
 * still held (`replayOf`) holds everything since, whatever its number.
 */
export function receiveList(position: SyncPosition, list: NmsEventList, known: KnownBox, replayOf?: string): ListOutcome {
  const isReplay = replayOf !== undefined && replayOf === position.restartToken;
  if (!isReplay && (replayOf !== undefined || list.index <= position.index)) return { type: 'dropped' };
  if (!isReplay && list.index > position.index + 1) return { type: 'gap', restartToken: position.restartToken };
  const events = list.nmsEvent ?? [];
  const next: SyncPosition = { ...position, index: list.index, restartToken: list.restartToken };
  if (!events.some(({ resetBox }) => resetBox)) return { type: 'applied', position: next, change: changeBy(events, known, position.search) };
  return { type: 'applied', position: { ...next, search: position.search + 1, searching: { found: 0 } }, change: NO_CHANGE };
}

/** An object that is older than the one known stays as it is known, and counts as found. */
export function newerOf<Row extends { readonly lastModSeq: number; readonly search: number }>(known: Row | undefined, told: Row): Row {
  return known !== undefined && known.lastModSeq > told.lastModSeq ? { ...known, search: told.search } : told;
}

/** What an earlier search found and the one that has just come to its end did not. */
export function notFoundAgain(known: KnownBox, found: ReadonlySet<string>, search: number): BoxChange {
  const objects = [...known.objects.values()].filter((one) => one.search < search && !found.has(one.id));
  const folders = [...known.folders.values()].filter((one) => one.search < search);
  return {
    objects: { put: [], remove: objects.map(({ id }) => id) },
    folders: { put: [], remove: folders.map(({ id }) => id) },
    gone: objects.map(goneObject),
  };
}

/** Objects that are too old for this device's view. */
export function tooOld(known: KnownBox, notBefore: string): BoxChange {
  const limit = Date.parse(notBefore);
  const objects = [...known.objects.values()].filter(({ attributes }) => Date.parse(attributes['Date']?.[0] ?? '') < limit);
  return { ...NO_CHANGE, objects: { put: [], remove: objects.map(({ id }) => id) }, gone: objects.map(goneObject) };
}

function changeBy(events: readonly NmsEvent[], known: KnownBox, search: number): BoxChange {
  const objects = new Rows<StoredObject>(known.objects);
  const folders = new Rows<StoredFolder>(known.folders);
  const gone: GoneObject[] = [];
  for (const { changedObject, deletedObject, expiredObject, changedFolder, deletedFolder } of events) {
    const removed = deletedObject ?? expiredObject;
    if (changedObject) objects.put(storedObject(changedObject.object, search));
    else if (removed) gone.push(...goneBy(removed, objects));
    else if (changedFolder) folders.put(storedFolder(changedFolder, search));
    else if (deletedFolder) {
      folders.remove(idOf(deletedFolder.resourceURL), deletedFolder.lastModSeq);
      for (const object of objectsIn(idOf(deletedFolder.resourceURL), objects)) objects.remove(object.id, deletedFolder.lastModSeq);
    }
  }
  return { objects: objects.change(), folders: folders.change(), gone };
}

function objectsIn(folder: string, objects: Rows<StoredObject>): readonly StoredObject[] {
  return objects.all().filter((object) => object.folder === folder);
}

function goneBy({ resourceURL, lastModSeq, correlationId }: NmsRemoval, objects: Rows<StoredObject>): readonly GoneObject[] {
  const id = idOf(resourceURL);
  return objects.remove(id, lastModSeq) ? [{ id, ...(correlationId !== undefined && { correlationId }) }] : [];
}

function goneObject({ id, correlationId }: StoredObject): GoneObject {
  return { id, ...(correlationId !== undefined && { correlationId }) };
}

/** Rows as known, with what a list changes: a row never goes back to an older state, and a removed one stays removed. */
class Rows<Row extends { readonly id: string; readonly lastModSeq: number }> {
  private readonly changed = new Map<string, Row>();
  private readonly removed = new Map<string, number>();

  constructor(private readonly known: ReadonlyMap<string, Row>) {}

  put(row: Row): void {
    const removedAt = this.removed.get(row.id);
    if (removedAt === undefined ? row.lastModSeq < (this.seqOf(row.id) ?? 0) : row.lastModSeq <= removedAt) return;
    this.removed.delete(row.id);
    this.changed.set(row.id, row);
  }

  /** False when something newer is known of it. */
  remove(id: string, lastModSeq: number): boolean {
    if (lastModSeq < (this.seqOf(id) ?? 0)) return false;
    this.changed.delete(id);
    this.removed.set(id, lastModSeq);
    return true;
  }

  all(): readonly Row[] {
    const untouched = [...this.known.values()].filter(({ id }) => !this.removed.has(id) && !this.changed.has(id));
    return [...untouched, ...this.changed.values()];
  }

  change(): { readonly put: readonly Row[]; readonly remove: readonly string[] } {
    return { put: [...this.changed.values()], remove: [...this.removed.keys()] };
  }

  private seqOf(id: string): number | undefined {
    return this.removed.get(id) ?? (this.changed.get(id) ?? this.known.get(id))?.lastModSeq;
  }
}
