import type { Call } from '../calls/http-calls.js';
import { idOf, storedFolder, storedObject } from '../nms/stored-from-wire.js';
import type { BulkResponse, NmsFolder, NmsObject } from '../nms/nms-wire.js';
import type { Batch } from '../store/local-store.js';
import type { LocalTables } from '../store/local-tables.js';
import type { PendingOperation, StoredObject, UnsentMessage } from '../store/stored.js';
import { afterOperation, DRAFT_CORRELATOR, draftAttributes, DRAFT_FLAGS, type DraftCreation } from './local-view.js';

/** What one request carries: operations of one kind; never empty. */
export type Group = readonly [PendingOperation, ...PendingOperation[]];

/** The most objects of one bulk request. */
const BULK_LIMIT = 500;

/**
 * The next request's worth, oldest first. An operation overtakes only those of other objects, never one that makes, renames or
 * deletes a folder: what is sent comes to the same as one by one.
 */
export function nextGroup(pending: readonly PendingOperation[], limit = BULK_LIMIT): Group | undefined {
  const [first] = pending;
  if (first === undefined) return undefined;
  const kind = kindOf(first);
  const group: [PendingOperation, ...PendingOperation[]] = [first];
  if (kind === undefined) return group;
  const overtaken = new Set<string>();
  for (const operation of pending.slice(1)) {
    if (group.length === limit || ('folder' in operation && operation.type !== 'move')) break;
    const subject = subjectOf(operation);
    if (kindOf(operation) === kind && !overtaken.has(subject)) group.push(operation);
    else overtaken.add(subject);
  }
  return group;
}

/** Operations with the same kind go in one request; undefined: each goes by itself. */
function kindOf(operation: PendingOperation): string | undefined {
  switch (operation.type) {
    case 'add-flags':
    case 'remove-flags': return `${operation.type} ${[...operation.flags].sort().join(' ')}`;
    case 'move': return `move ${operation.folder}`;
    case 'delete': return 'delete';
    default: return undefined;
  }
}

function subjectOf(operation: PendingOperation): string {
  if ('object' in operation) return operation.object;
  return operation.type === 'report' ? operation.messageId : operation.folder;
}

/** Where the box is. */
export interface BoxAddress {
  /** `https://host`. */
  readonly origin: string;
  /** `/nms/v1/{storeName}/{boxId}`. */
  readonly path: string;
}

/** Flags are added and removed one by one, never written as a whole list: what another device set stays. */
export function requestOf([operation, ...others]: Group, { origin, path }: BoxAddress): Call {
  const folderUrl = (id: string) => `${origin}${path}/folders/${encodeURIComponent(id)}`;
  const objects = { objectReference: [operation, ...others].flatMap((one) => ('object' in one ? [{ resourceURL: `${origin}${path}/objects/${encodeURIComponent(one.object)}` }] : [])) };
  switch (operation.type) {
    case 'add-flags':
    case 'remove-flags': {
      const bulkUpdate = { operation: operation.type === 'add-flags' ? 'AddFlag' : 'RemoveFlag', flags: { flag: operation.flags }, objects };
      return { method: 'POST', path: `${path}/objects/operations/bulkUpdate`, body: { bulkUpdate } };
    }
    case 'delete': return { method: 'POST', path: `${path}/objects/operations/bulkDelete`, body: { bulkDelete: { objects } } };
    case 'move': return { method: 'POST', path: `${path}/folders/operations/moveToFolder`, body: { targetRef: { resourceURL: folderUrl(operation.folder) }, sourceRefs: { objects } } };
    case 'create-draft': {
      const attribute = Object.entries(draftAttributes(operation)).map(([name, value]) => ({ name, value }));
      return { method: 'POST', path: `${path}/objects`, body: { object: { attributes: { attribute }, flags: { flag: DRAFT_FLAGS }, clientCorrelator: operation.object } } };
    }
    case 'create-folder': return { method: 'POST', path: `${path}/folders`, body: { folder: { name: operation.name, parentFolder: folderUrl(operation.parent), clientCorrelator: operation.folder } } };
    case 'rename-folder': return { method: 'PUT', path: `${path}/folders/${encodeURIComponent(operation.folder)}/folderName`, body: { name: operation.name } };
    case 'delete-folder': return { method: 'DELETE', path: `${path}/folders/${encodeURIComponent(operation.folder)}` };
    case 'report': return { method: 'POST', path: `/cpm/v1/messages/${encodeURIComponent(operation.messageId)}/dispositions`, body: { status: operation.status } };
  }
}

/** The same id is taken once, however often it is said. */
export function sendingOf({ id, message }: UnsentMessage): Call {
  return { method: 'POST', path: '/cpm/v1/messages', body: { contentType: 'text/plain', ...message, id } };
}

/** What the server made of a group; only what this reads. */
export interface GroupAnswer {
  readonly object?: NmsObject;
  readonly folder?: NmsFolder;
  readonly bulkResponseList?: { readonly response: readonly BulkResponse[] };
}

/** The codes of the operations, in their order. */
export function codesOf(group: Group, answer: GroupAnswer | undefined): readonly number[] {
  return group.map((_, index) => answer?.bulkResponseList?.response[index]?.code ?? 200);
}

/**
 * Operations that the server took, as a change of what is known: the next list from the server says the same. What it created has
 * its id from now on, also in operations that wait.
 */
export function taken(operations: readonly PendingOperation[], answer: GroupAnswer | undefined, tables: LocalTables): Batch {
  // What is made before the first search is there only if that finds it.
  const search = tables.position?.search ?? 0;
  const [operation] = operations;
  const remove = operations.map(({ order }) => order);
  if (operation?.type === 'create-draft' && answer?.object) {
    const object = storedObject(answer.object, search);
    return { objects: { put: [object] }, pending: { remove, put: renamed(tables.pending, remove, operation.object, object.id) } };
  }
  if (operation?.type === 'create-folder' && answer?.folder) {
    const id = idOf(answer.folder.resourceURL);
    return { folders: { put: [storedFolder(answer.folder, search)] }, pending: { remove, put: renamed(tables.pending, remove, operation.folder, id) } };
  }
  const put: StoredObject[] = [];
  const gone: string[] = [];
  for (const one of operations) {
    const known = 'object' in one ? tables.objects.get(one.object) : undefined;
    const after = known && 'object' in one ? afterOperation(known, one) : undefined;
    if (after) put.push(after);
    else if (known) gone.push(known.id);
  }
  const folders = operation?.type === 'delete-folder' ? { remove: [operation.folder] } : {};
  return { objects: { put, remove: gone }, folders, pending: { remove } };
}

/** Drafts of this device that came from the store: created, although the answer was lost. */
export function draftsCreated(objects: readonly StoredObject[], { pending }: LocalTables): readonly { readonly operation: DraftCreation; readonly id: string }[] {
  const waiting = pending.filter((one) => one.type === 'create-draft');
  return waiting.flatMap((operation) => {
    const created = objects.find(({ attributes }) => attributes[DRAFT_CORRELATOR]?.[0] === operation.object);
    return created ? [{ operation, id: created.id }] : [];
  });
}

export function withoutCreated(created: ReturnType<typeof draftsCreated>, { pending }: LocalTables): Batch {
  const remove = created.map(({ operation }) => operation.order);
  return created.length === 0 ? {} : { pending: { remove, put: created.flatMap(({ operation, id }) => renamed(pending, remove, operation.object, id)) } };
}

function renamed(pending: readonly PendingOperation[], removed: readonly number[], from: string, to: string): readonly PendingOperation[] {
  return pending.filter(({ order }) => !removed.includes(order)).flatMap((operation) => {
    if ('object' in operation && operation.object === from) return [{ ...operation, object: to } as PendingOperation];
    if ('folder' in operation && operation.folder === from) return [{ ...operation, folder: to } as PendingOperation];
    return operation.type === 'create-folder' && operation.parent === from ? [{ ...operation, parent: to }] : [];
  });
}

/** Without an operation that was refused, and those that stood on it. */
export function refused(operations: readonly PendingOperation[], tables: LocalTables): Batch {
  const made = new Set(operations.flatMap((one) => (one.type === 'create-draft' ? [one.object] : one.type === 'create-folder' ? [one.folder] : [])));
  const dependent = tables.pending.filter((one) => ('object' in one && made.has(one.object)) || ('folder' in one && made.has(one.folder)) || (one.type === 'create-folder' && made.has(one.parent)));
  return { pending: { remove: [...operations, ...dependent].map(({ order }) => order) } };
}
