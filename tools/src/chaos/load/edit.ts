import type { BoxObject } from '@cpm/client';
import type { History } from '../history.js';
import type { ChaosDevice } from './chaos-device.js';
import type { Operation } from './operations.js';

const FLAG = 'Important';
const FOLDER = 'Kept';
const NEWEST = 50;

/** What a user does to one of the newest objects of his box, on one of his devices. */
export async function edit(device: ChaosDevice, { edit: what, nth }: Extract<Operation, { do: 'edit' }>, history: History): Promise<void> {
  const { box } = device;
  const objects = box?.objects({ limit: NEWEST }).filter(({ state }) => state === 'stored') ?? [];
  const object = objects[nth % Math.max(1, objects.length)];
  if (!box || !object) return;
  switch (what) {
    case 'read': return box.markRead(object.id);
    case 'unread': return box.markUnread(object.id);
    case 'flag': return box.flag(object.id, FLAG);
    case 'unflag': return box.unflag(object.id, FLAG);
    case 'remove': return remove(device, object, history);
    case 'move': {
      const folder = box.folders.find(({ name }) => name === FOLDER)?.id ?? (await box.createFolder(FOLDER));
      return box.move(object.id, folder);
    }
  }
}

async function remove({ box, user }: ChaosDevice, { id, messageId }: BoxObject, history: History): Promise<void> {
  if (messageId !== undefined) history.append({ is: 'removed', id: messageId, user });
  await box?.remove(id);
}
