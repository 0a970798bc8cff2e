import { Inject, Injectable } from '@nestjs/common';
import { folderReference, isMade, madeFoldersIn, nmsFolder, pathOf, ROOT, type Box, type NmsFolder } from '@cpm/domain-message-store-sync';
import { invalidRequest, ProblemError } from '@cpm/http';
import type { CpmAddress } from '@cpm/vocabulary';
import type { z } from 'zod';
import { Boxes } from '../boxes.js';
import type { BoxDevice } from '../nms-resource.js';
import type { folderList, folderWithSubfolders } from '../nms-schemas.js';
import { existing, folderIn, unknownFolder } from '../references.js';
import { StoredObjects } from '../stored-objects.js';
import type { FolderQuery } from './folder-requests.js';

export type FolderListAnswer = z.output<typeof folderList>;
export type FolderAnswer = z.output<typeof folderWithSubfolders>;

/** The folders of a box: the root, conversations that something is in, and those that devices made. */
@Injectable()
export class FolderList {
  constructor(
    @Inject(StoredObjects) private readonly objects: StoredObjects,
    @Inject(Boxes) private readonly boxes: Boxes,
  ) {}

  /** By path. Throws 400 and 404 problems. */
  async page({ user, baseUrl }: BoxDevice, { limit, after, scope, scopeAt, recursive, names }: FolderQuery): Promise<FolderListAnswer> {
    const box = await this.boxes.of(user);
    const top = scope && folderIn(scope, user, box.folders);
    if (scope && top === undefined) throw unknownFolder(scopeAt);
    const from = after === undefined ? undefined : startOf(after);
    const view = { folders: box.folders, baseUrl };
    const found = (await this.keysOf(user, box))
      .map((key) => nmsFolder(user, key, view))
      .filter((folder) => isWithin(folder, top === undefined ? undefined : pathOf(top, box.folders), recursive))
      .filter(({ name }) => names.every((part) => name.toLowerCase().includes(part.toLowerCase())))
      .filter((folder) => from === undefined || placeOf(folder) > from)
      .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return { folderList: { folder: page, ...(found.length > limit && last && { cursor: Buffer.from(placeOf(last)).toString('base64url') }) } };
  }

  /** Throws a 404 problem. */
  async show({ user, baseUrl }: BoxDevice, key: string): Promise<FolderAnswer> {
    const box = await this.boxes.of(user);
    await this.assertThere(user, key, box);
    const view = { folders: box.folders, baseUrl };
    const below = key === ROOT ? [...(await this.conversations(user, box)), ...madeFoldersIn(ROOT, box.folders)] : madeFoldersIn(key, box.folders);
    return { ...nmsFolder(user, key, view), subFolders: { folderReference: below.map((one) => folderReference(user, one, view)) } };
  }

  /** Throws a 404 problem. */
  async assertThere(user: CpmAddress, key: string, box: Box): Promise<void> {
    if (existing(key, box.folders) === undefined) throw unknownHere();
    if (!isMade(key) && key !== ROOT && !(await this.isConversation(user, key, box))) throw unknownHere();
  }

  private async keysOf(user: CpmAddress, box: Box): Promise<readonly string[]> {
    return [ROOT, ...(await this.conversations(user, box)), ...Object.keys(box.folders)];
  }

  private async conversations(user: CpmAddress, box: Box): Promise<readonly string[]> {
    const used = (await this.objects.foldersInUse(user)).filter((key) => !isMade(key) && key !== ROOT);
    const emptied = new Set(box.emptying.map(({ folder }) => folder));
    const left = await Promise.all(used.filter((key) => emptied.has(key)).map(async (key) => ((await this.isConversation(user, key, box)) ? [key] : [])));
    return [...used.filter((key) => !emptied.has(key)), ...left.flat()];
  }

  private isConversation(user: CpmAddress, key: string, { emptying }: Box): Promise<boolean> {
    return this.objects.isInUse(user, key, Math.max(0, ...emptying.flatMap(({ folder, upTo }) => (folder === key ? [upTo] : []))));
  }
}

function unknownHere(): ProblemError {
  return new ProblemError(404, 'unknown-folder', 'there is no such folder');
}

/** Two folders may have one path: a conversation's is not asked whether it may. */
function placeOf({ path, resourceURL }: NmsFolder): string {
  return `${path}\n${resourceURL.slice(resourceURL.lastIndexOf('/'))}`;
}

function startOf(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^\/.*\n\//s.test(place)) throw invalidRequest([{ path: 'fromCursor', message: 'is no cursor of this list' }]);
  return place;
}

/** The folder that a scope names, and those below it: all, or right below. */
function isWithin({ path, parentFolderPath }: NmsFolder, top: string | undefined, recursive: boolean): boolean {
  if (top === undefined || path === top) return true;
  return recursive ? path.startsWith(`${top}/`) : parentFolderPath === top;
}
