import { setTimeout as sleep } from 'node:timers/promises';
import { sightOf } from '@cpm/testing-simulation';
import type { History, ShownObject, Sight } from './history.js';
import type { ChaosDevice } from './load/chaos-device.js';
import type { Person } from './load/people.js';

const PAGE = 500;
const PAUSE_MS = 1_000;
/** What a device does not show as an object: reports, and the state of groups. */
const HIDDEN: ReadonlySet<string> = new Set(['imdn-message', 'group-state']);
/** What tells of a session, not of a message. */
const SESSION = 'session-info';

interface WireObject {
  readonly path: string;
  readonly correlationId?: string;
  readonly attributes: { readonly attribute: readonly { readonly name: string; readonly value: readonly string[] }[] };
  readonly flags: { readonly flag: readonly string[] };
}

interface Found {
  readonly objectList: { readonly object: readonly WireObject[]; readonly cursor?: string };
}

interface StoreSight {
  readonly sight: Sight;
  readonly objects: readonly ShownObject[];
}

/** Lets the boxes of everybody come to rest, and writes down what each shows and what the message store shows; what still differs in the end is told as it is. */
export async function appendFinalSights(everybody: readonly Person[], history: History, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (const { address, devices } of everybody) {
    const boxes = devices.filter(({ box }) => box !== undefined);
    for (;;) {
      for (const { box } of boxes) await box?.sync().catch((error: unknown) => console.error(`box of ${address}: ${(error as Error).message}`));
      const store = await storeOf(devices[0] as ChaosDevice, address);
      const sights = boxes.map(({ id, box }) => ({ id, sight: box ? sightOf(box).objects : {} }));
      const isSame = sights.every(({ sight }) => isEqual(sight, store.sight));
      if (isSame || Date.now() > deadline) {
        history.append({ is: 'store', user: address, ...store });
        for (const { id, sight } of sights) history.append({ is: 'box', user: address, device: id, sight });
        break;
      }
      await sleep(PAUSE_MS);
    }
  }
}

function isEqual(left: Sight, right: Sight): boolean {
  const ids = Object.keys(left);
  return ids.length === Object.keys(right).length && ids.every((id) => left[id] === right[id]);
}

/** What the store shows, asked for without the SDK's box. */
async function storeOf({ sdk }: ChaosDevice, user: string): Promise<StoreSight> {
  const all: WireObject[] = [];
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const selectionCriteria = { maxEntries: PAGE, ...(cursor !== undefined && { fromCursor: cursor }) };
    const { objectList } = await sdk.call<Found>({ method: 'POST', path: `/nms/v1/main/${encodeURIComponent(user)}/objects/operations/search`, body: { selectionCriteria } });
    all.push(...objectList.object);
    ({ cursor } = objectList);
  }
  const shown = all.filter((object) => !HIDDEN.has(attributeOf(object, 'Message-Context')));
  const messages = shown.filter((object) => attributeOf(object, 'Message-Context') !== SESSION);
  return {
    sight: Object.fromEntries(shown.map(({ path, flags: { flag } }) => [path.split('/').at(-1) ?? path, `${path.slice(0, path.lastIndexOf('/'))} ${[...flag].sort().join(' ')}`])),
    objects: messages.map((object) => ({ messageId: object.correlationId ?? '', direction: attributeOf(object, 'Direction').toLowerCase() === 'out' ? 'Out' : 'In' })),
  };
}

function attributeOf({ attributes }: WireObject, name: string): string {
  return attributes.attribute.find((one) => one.name === name)?.value[0] ?? '';
}
