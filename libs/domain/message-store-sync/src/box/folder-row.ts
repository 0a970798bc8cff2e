import type { CpmAddress } from '@cpm/vocabulary';
import type { MadeFolder } from './folders.js';

export const FOLDERS_TABLE = 'folders';

/** A folder that a device made, id `user|key`: its place in the change log. A removed one stays as a tombstone with the path it had. */
export interface FolderRow {
  readonly u: CpmAddress;
  readonly key: string;
  readonly modSeq: number;
  readonly name: string;
  readonly parent: string;
  readonly deleted: boolean;
  /** Only of a removed one. */
  readonly path?: string;
}

export function folderRowId(user: CpmAddress, key: string): string {
  return `${user}|${key}`;
}

export function folderRow(u: CpmAddress, key: string, { name, parent, modSeq }: MadeFolder): FolderRow {
  return { u, key, modSeq, name, parent, deleted: false };
}

export function removedFolder(path: string): Pick<FolderRow, 'deleted' | 'path'> {
  return { deleted: true, path };
}
