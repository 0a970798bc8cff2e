import { Box, type BoxOptions } from '../box/box.js';
import { HttpCalls } from '../calls/http-calls.js';
import { InMemoryStore } from '../store/in-memory-store.js';
import { HOST, USER, type InMemoryNms } from './in-memory-nms.js';

/** A box of one device at an in-memory message store; nothing is exchanged until it is told to. */
export function openBox(nms: InMemoryNms, options: Partial<BoxOptions> = {}, deviceId = 'urn:uuid:00000000-0000-4000-8000-000000000001'): Promise<Box> {
  const calls = new HttpCalls({ url: HOST, token: 't', fetch: nms.fetch as typeof fetch, retryForMs: 0 });
  return Box.open({ store: new InMemoryStore(), user: USER, ...options }, { calls, origin: HOST, deviceId });
}

/** What `InMemoryNms.truth` says, of a box. */
export function viewOf(box: Box): ReturnType<InMemoryNms['truth']> {
  const folderIds = new Map(box.folders.map(({ path, id }) => [path, id]));
  return {
    objects: Object.fromEntries(box.objects().map(({ id, folder, flags, text }) => [id, `${folderIds.get(folder) ?? folder.slice(1)} ${[...flags].sort().join(' ')} ${text ?? ''}`]).sort()),
    folders: Object.fromEntries(box.folders.map(({ id, path }) => [id, path]).sort()),
  };
}

/** Waits for a condition; fails when it does not come true in time. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await condition());) {
    if (Date.now() > end) throw new Error(`never true: ${condition}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
