import type { CpmAddress } from '@cpm/vocabulary';
import { isMade, pathOf, ROOT, type MadeFolders } from '../box/folders.js';
import { folderUrl, type ObjectView } from './nms-object.js';

export interface FolderReference {
  readonly resourceURL: string;
  readonly path: string;
}

/** A folder of the OMA NMS REST interface; the root has no parent, `lastModSeq` is of made folders. */
export interface NmsFolder extends FolderReference {
  readonly name: string;
  readonly parentFolder?: string;
  readonly parentFolderPath?: string;
  readonly lastModSeq?: number;
}

export function folderReference(user: CpmAddress, folder: string, { folders, baseUrl }: ObjectView): FolderReference {
  return { resourceURL: baseUrl + folderUrl(user, folder), path: pathOf(folder, folders) ?? folder };
}

/** The folder as OMA NMS shows it: of the root, a conversation, or a made one that is there. */
export function nmsFolder(user: CpmAddress, folder: string, view: ObjectView): NmsFolder {
  const { resourceURL, path } = folderReference(user, folder, view);
  if (folder === ROOT) return { name: 'main', path, resourceURL };
  const made = isMade(folder) ? view.folders[folder] : undefined;
  const above = folderReference(user, made?.parent ?? ROOT, view);
  const name = made?.name ?? folder.slice(ROOT.length + 1);
  return { name, path, resourceURL, parentFolder: above.resourceURL, parentFolderPath: above.path, ...(made && { lastModSeq: made.modSeq }) };
}

/** The folders right below one, of those that devices made. */
export function madeFoldersIn(folder: string, folders: MadeFolders): readonly string[] {
  return Object.keys(folders).filter((key) => folders[key]?.parent === folder);
}
