import fc from 'fast-check';
import type { InMemoryNms } from './in-memory-nms.js';

/** Something that happens to the box elsewhere. Numbers choose among what is there. */
export type BoxEvent =
  | { readonly type: 'add' | 'remove' | 'expire' | 'see' | 'unsee' | 'flag'; readonly object: number }
  | { readonly type: 'move'; readonly object: number; readonly folder: number }
  | { readonly type: 'add-folder' | 'rename-folder' | 'remove-folder'; readonly folder: number };

const index = fc.nat({ max: 9 });

export const boxEvent: fc.Arbitrary<BoxEvent> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('add' as const), object: index }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constantFrom('remove' as const, 'expire' as const, 'see' as const, 'unsee' as const, 'flag' as const), object: index }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('move' as const), object: index, folder: index }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('add-folder' as const, 'rename-folder' as const, 'remove-folder' as const), folder: index }) },
);

export function happen(event: BoxEvent, nms: InMemoryNms): void {
  const objects = [...nms.objects.values()].filter(({ gone }) => gone === undefined);
  const folders = [...nms.folders.values()].filter(({ isGone }) => !isGone);
  const object = 'object' in event ? objects[event.object % Math.max(objects.length, 1)]?.id : undefined;
  const folder = 'folder' in event ? folders[event.folder % Math.max(folders.length, 1)]?.id : undefined;
  if (event.type === 'add') nms.add({ text: 'hi' });
  else if (event.type === 'add-folder') nms.addFolder(`n${nms.folders.size}`, event.folder % 2 === 0 ? folder : 'main');
  else if (object !== undefined && event.type === 'remove') nms.remove(object);
  else if (object !== undefined && event.type === 'expire') nms.remove(object, 'expired');
  else if (object !== undefined && event.type === 'see') nms.addFlag(object, '\\Seen');
  else if (object !== undefined && event.type === 'unsee') nms.removeFlag(object, '\\Seen');
  else if (object !== undefined && event.type === 'flag') nms.addFlag(object, '\\Flagged');
  else if (object !== undefined && folder !== undefined && event.type === 'move') nms.move(object, folder);
  else if (folder !== undefined && event.type === 'rename-folder') nms.renameFolder(folder, `r${nms.token()}`);
  else if (folder !== undefined && event.type === 'remove-folder') nms.removeFolder(folder);
}
