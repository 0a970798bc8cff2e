import type { Instant } from '@cpm/vocabulary';
import type { ChangeFolder } from '@cpm/contracts-message-store-sync';
import type { Box, BoxEvent } from './box.js';
import { EMPTYING_DUE_MS, isMade, pathOf, refusalOf, withDescendants, type MadeFolder } from './folders.js';

/** CPM-MLD-016: what a device does to the folders of the box; what was in a removed one, and in those below it, goes with it. */
export function decideFolder({ commandId, folder, change, device }: ChangeFolder, { folders, removedFolders, modSeq }: Box, now: Instant): readonly BoxEvent[] {
  // Removed by another device since: removal wins.
  const refusal = change.kind === 'create' && removedFolders.includes(folder) ? 'unknown-folder' : refusalOf(folder, change, folders);
  if (refusal) return [{ type: 'RequestAnswered', commandId, answer: { done: false, refusal } }];
  if (change.kind === 'remove') {
    // From the bottom up, so that no folder ever stands in one that is gone.
    const gone = [...withDescendants(folder, folders)].reverse();
    const removed = gone.filter(isMade).map((key, at): BoxEvent => ({ type: 'FolderRemoved', modSeq: modSeq + at + 1, key, path: pathOf(key, folders) ?? key, device }));
    const last = modSeq + removed.length;
    const emptied = gone.map((key): BoxEvent => ({ type: 'EmptyingBegun', folder: key, upTo: last, dueAt: now + EMPTYING_DUE_MS }));
    return [...removed, ...emptied, { type: 'RequestAnswered', commandId, answer: { done: true, lastModSeq: last } }];
  }
  const known = folders[folder];
  const changed: Omit<MadeFolder, 'modSeq'> = { name: known?.name ?? '', parent: known?.parent ?? '', ...placeIn(change) };
  // A creation that is repeated says nothing about what became of the folder since.
  const isSame = known !== undefined && (change.kind === 'create' || (known.name === changed.name && known.parent === changed.parent));
  const last = isSame ? modSeq : modSeq + 1;
  const events: readonly BoxEvent[] = isSame ? [] : [{ type: 'FolderChanged', modSeq: last, key: folder, folder: { ...changed, modSeq: last }, device }];
  return [...events, { type: 'RequestAnswered', commandId, answer: { done: true, lastModSeq: last } }];
}

function placeIn(change: Exclude<ChangeFolder['change'], { kind: 'remove' }>): Partial<MadeFolder> {
  switch (change.kind) {
    case 'create':
      return { name: change.name, parent: change.parent };
    case 'rename':
      return { name: change.name };
    case 'move':
      return { parent: change.parent };
  }
}
