import type { FolderChange } from '@cpm/contracts-message-store-sync';

export const ROOT = '/main';
export const MAX_FOLDERS = 200;
export const MAX_DEPTH = 8;
export const REMEMBERED_FOLDERS = 200;
/** How long it may take to find and remove what was in a folder before that is tried again. */
export const EMPTYING_DUE_MS = 60_000;

/** A folder that a device made. Its `parent` is the key of another one, or the root. */
export interface MadeFolder {
  readonly name: string;
  readonly parent: string;
  /** Number of its last change. */
  readonly modSeq: number;
}
/** By folder key, `f-…`. */
export type MadeFolders = Readonly<Record<string, MadeFolder>>;

export type FolderRefusal = 'unknown-folder' | 'unknown-parent' | 'name-taken' | 'too-many-folders' | 'too-deep' | 'inside-itself' | 'not-changeable';

/** The key of a conversation folder is its path: one per other party, or per group, which is named by its Conversation-ID. */
export function conversationFolder(party: string): string {
  return `${ROOT}/${party}`;
}

export function isMade(folder: string): boolean {
  return !folder.startsWith('/');
}

/** The folder's path by the names of the folders above it; undefined when a made folder is not there. */
export function pathOf(folder: string, folders: MadeFolders): string | undefined {
  if (!isMade(folder)) return folder;
  const names: string[] = [];
  for (let key = folder; isMade(key);) {
    const made = Object.hasOwn(folders, key) ? folders[key] : undefined;
    if (!made || names.length > MAX_DEPTH) return undefined;
    names.unshift(made.name);
    key = made.parent;
  }
  return [ROOT, ...names].join('/');
}

/** The key of the folder at a path; a path that no made folder has is that of a conversation. */
export function folderAt(path: string, folders: MadeFolders): string {
  return Object.keys(folders).find((key) => pathOf(key, folders) === path) ?? path;
}

/** Whether an object goes with its folder, which was removed, though it may not have been found yet; what happened to it since does not save it. */
export function goesWithFolder({ folder, born }: { readonly folder: string; readonly born: number }, emptying: readonly { readonly folder: string; readonly upTo: number }[]): boolean {
  return emptying.some((one) => one.folder === folder && (isMade(folder) || born <= one.upTo));
}

/** The folder and all below it, from the top down. */
export function withDescendants(folder: string, folders: MadeFolders): readonly string[] {
  const below = Object.keys(folders).filter((key) => folders[key]?.parent === folder);
  return [folder, ...below.flatMap((key) => withDescendants(key, folders))];
}

/** Why a change of a folder cannot be made; undefined when it can. A creation that is repeated can. */
export function refusalOf(folder: string, change: FolderChange, folders: MadeFolders): FolderRefusal | undefined {
  const made = Object.hasOwn(folders, folder) ? folders[folder] : undefined;
  switch (change.kind) {
    case 'create':
      return made ? undefined : placeRefusal(folder, change, folders) ?? (Object.keys(folders).length >= MAX_FOLDERS ? 'too-many-folders' : undefined);
    case 'rename':
      return changeable(folder, made) ?? placeRefusal(folder, { name: change.name, parent: made?.parent ?? ROOT }, folders);
    case 'move':
      return changeable(folder, made) ?? placeRefusal(folder, { name: made?.name ?? '', parent: change.parent }, folders);
    case 'remove':
      if (folder === ROOT) return 'not-changeable';
      return isMade(folder) && !made ? 'unknown-folder' : undefined;
  }
}

function changeable(folder: string, made: MadeFolder | undefined): FolderRefusal | undefined {
  if (!isMade(folder)) return 'not-changeable';
  return made ? undefined : 'unknown-folder';
}

function placeRefusal(folder: string, { name, parent }: { readonly name: string; readonly parent: string }, folders: MadeFolders): FolderRefusal | undefined {
  const siblings = Object.keys(folders).filter((key) => key !== folder && folders[key]?.parent === parent);
  if (parent !== ROOT && !Object.hasOwn(folders, parent)) return 'unknown-parent';
  if (withDescendants(folder, folders).includes(parent)) return 'inside-itself';
  if (siblings.some((key) => folders[key]?.name === name)) return 'name-taken';
  const above = parent === ROOT ? 0 : (pathOf(parent, folders) ?? '').split('/').length - 2;
  return above + heightOf(folder, folders) > MAX_DEPTH ? 'too-deep' : undefined;
}

function heightOf(folder: string, folders: MadeFolders): number {
  const below = Object.keys(folders).filter((key) => folders[key]?.parent === folder);
  return 1 + Math.max(0, ...below.map((key) => heightOf(key, folders)));
}
