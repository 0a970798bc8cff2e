import { DRAFT, SEEN } from '../nms/flags.js';
import type { PendingOperation, StoredFolder, StoredObject } from '../store/stored.js';

/** A folder with its path as its names and those above it make it. */
export interface BoxFolder {
  readonly id: string;
  readonly name: string;
  readonly path: string;
}

export type DraftCreation = Extract<PendingOperation, { type: 'create-draft' }>;
type ObjectOperation = Extract<PendingOperation, { object: string }>;

/** Operations of the user, by object, that the server's state does not show yet. */
export interface OwnOperations {
  readonly byObject: ReadonlyMap<string, readonly ObjectOperation[]>;
  readonly deletedFolders: ReadonlySet<string>;
}

export function ownOperations(pending: readonly PendingOperation[]): OwnOperations {
  const byObject = new Map<string, ObjectOperation[]>();
  const deletedFolders = new Set<string>();
  for (const operation of pending) {
    if (operation.type === 'delete-folder') deletedFolders.add(operation.folder);
    else if ('object' in operation) byObject.set(operation.object, [...(byObject.get(operation.object) ?? []), operation]);
  }
  return { byObject, deletedFolders };
}

/** CPM-MLD-017: an object as its user sees it: the server's state with his own changes on top. Undefined once he deleted it: that wins. */
export function seenByUser(object: StoredObject, { byObject, deletedFolders }: OwnOperations): StoredObject | undefined {
  let seen: StoredObject | undefined = object;
  for (const operation of byObject.get(object.id) ?? []) seen = seen && afterOperation(seen, operation);
  return seen !== undefined && deletedFolders.has(seen.folder) ? undefined : seen;
}

/** What an operation makes of its object. Undefined: it is gone. */
export function afterOperation(object: StoredObject, operation: ObjectOperation): StoredObject | undefined {
  switch (operation.type) {
    case 'add-flags': return { ...object, flags: [...new Set([...object.flags, ...operation.flags])] };
    case 'remove-flags': return { ...object, flags: object.flags.filter((flag) => !operation.flags.includes(flag)) };
    case 'move': return { ...object, folder: operation.folder, folderPath: `/${operation.folder}` };
    case 'delete': return undefined;
    case 'create-draft': return object;
  }
}

/** Drafts that the server has not got yet. */
export function newDrafts(pending: readonly PendingOperation[]): readonly StoredObject[] {
  return pending.flatMap((operation) => (operation.type === 'create-draft' ? [draftObject(operation)] : []));
}

/** Attributes of a draft as the store keeps them; by its correlator it is known again whatever became of the answer. */
export function draftAttributes({ object, at, draft }: DraftCreation): Readonly<Record<string, readonly string[]>> {
  const { to = [], subject, text = '', contentType = 'text/plain', conversationId } = draft;
  return {
    [DRAFT_CORRELATOR]: [object],
    Date: [at], Direction: ['Out'], 'Message-Context': ['standalone-message'], 'Content-Type': [contentType], TextContent: [text],
    ...(to.length > 0 && { To: to }),
    ...(subject !== undefined && { Subject: [subject] }),
    ...(conversationId !== undefined && { 'Conversation-ID': [conversationId] }),
  };
}

/** The store's own `ClientCorrelator` does not come back with the object. */
export const DRAFT_CORRELATOR = 'X-CPM-Draft-Correlator';
export const DRAFT_FLAGS = [DRAFT, SEEN];

function draftObject(creation: DraftCreation): StoredObject {
  return { id: creation.object, folder: '', folderPath: '', lastModSeq: 0, flags: DRAFT_FLAGS, attributes: draftAttributes(creation), payloadParts: [], search: 0 };
}

/** The folders as their user sees them. */
export function foldersSeen(folders: Iterable<StoredFolder>, pending: readonly PendingOperation[]): ReadonlyMap<string, BoxFolder> {
  const seen = new Map<string, StoredFolder>([...folders].map((folder) => [folder.id, folder]));
  for (const operation of pending) {
    if (operation.type === 'create-folder') seen.set(operation.folder, { id: operation.folder, parent: operation.parent, name: operation.name, path: '', lastModSeq: 0, search: 0 });
    const folder = 'folder' in operation ? seen.get(operation.folder) : undefined;
    if (operation.type === 'rename-folder' && folder) seen.set(folder.id, { ...folder, name: operation.name });
    if (operation.type === 'delete-folder') for (const id of withBelow(operation.folder, seen)) seen.delete(id);
  }
  return new Map([...seen.values()].map((folder) => [folder.id, { id: folder.id, name: folder.name, path: pathOf(folder, seen) }]));
}

function withBelow(top: string, folders: ReadonlyMap<string, StoredFolder>): readonly string[] {
  const below = [...folders.values()].filter(({ id, parent }) => parent === top && id !== top);
  return [top, ...below.flatMap(({ id }) => withBelow(id, folders))];
}

/** A folder that was renamed takes those below it along, whether or not the server told of each. */
function pathOf({ parent, name, path }: StoredFolder, folders: ReadonlyMap<string, StoredFolder>, depth = 0): string {
  const above = folders.get(parent);
  if (above === undefined || depth > 32) return path === '' ? `/${parent}/${name}` : `${path.slice(0, path.lastIndexOf('/'))}/${name}`;
  return `${pathOf(above, folders, depth + 1)}/${name}`;
}
