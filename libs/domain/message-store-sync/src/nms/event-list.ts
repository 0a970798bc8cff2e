import { timestamp, type CpmAddress, type DeviceId, type Instant } from '@cpm/vocabulary';
import type { Box } from '../box/box.js';
import { pathOf } from '../box/folders.js';
import type { FolderRow } from '../box/folder-row.js';
import type { ObjectRow } from '../box/object-row.js';
import { LIST_SPAN } from '../box/subscriptions.js';
import { rulesOf } from '../box/sync-policy.js';
import { scopeOf, viewBegins } from '../box/sync-scope.js';
import { folderUrl, nmsObject, type NmsObject } from './nms-object.js';
import { canReplay, restartToken, type RestartToken } from './restart-token.js';

type Gone = Pick<NmsObject, 'resourceURL' | 'correlationId' | 'lastModSeq'>;

/** One entry of an `nmsEvent` list. `object` is the whole object, so that nobody needs to fetch it. */
export type NmsEvent =
  | { readonly changedObject: Pick<NmsObject, 'parentFolder' | 'resourceURL' | 'flags' | 'correlationId' | 'correlationTag' | 'lastModSeq'> & { readonly object: NmsObject } }
  | { readonly deletedObject: Gone }
  | { readonly expiredObject: Gone }
  | { readonly changedFolder: { readonly resourceURL: string; readonly parentFolder: string; readonly name: string; readonly path: string; readonly lastModSeq: number } }
  | { readonly deletedFolder: { readonly resourceURL: string; readonly path: string; readonly lastModSeq: number } }
  | { readonly resetBox: Readonly<Record<string, never>> };

/** `index` and `restartToken` of OMA NMS; `more`: the box has changed further than this list goes. */
export interface NmsEventList {
  readonly index: number;
  readonly restartToken: string;
  readonly callbackData?: string;
  readonly link: readonly { readonly rel: 'NmsSubscription'; readonly href: string }[];
  readonly notBefore?: string;
  readonly more?: true;
  readonly nmsEvent: readonly NmsEvent[];
}

/** Rows with a number after `after` and at most `upTo`, of objects and folders, each lowest first and at most `limit`. */
export interface Changes {
  readonly objects: readonly ObjectRow[];
  readonly folders: readonly FolderRow[];
}

/** Who is told, and by which names. `baseUrl`: scheme and host of the entry without a slash at its end. */
export interface Listener {
  readonly user: CpmAddress;
  readonly device: DeviceId;
  readonly subscriptionUrl: string;
  readonly callbackData?: string | undefined;
  readonly baseUrl: string;
}

/**
 * CPM-MLD-016: the next list of a subscription, in the order of the changes, of what the device's rules want. Undefined when nothing changed.
 * A place that cannot be gone on from is answered by `resetBox`.
 */
export function eventList(place: RestartToken, changes: Changes, box: Box, listener: Listener & { readonly now: Instant }): NmsEventList | undefined {
  const { user, device, subscriptionUrl, callbackData, now } = listener;
  const begins = viewBegins(device, box.syncRules, now);
  const common = {
    link: [{ rel: 'NmsSubscription' as const, href: subscriptionUrl }],
    ...(callbackData !== undefined && { callbackData }),
    ...(begins !== undefined && { notBefore: timestamp(begins) }),
  };
  const rules = rulesOf(box, device);
  if (!canReplay(place, box, device)) {
    return { index: place.index, restartToken: restartToken({ position: box.modSeq, index: place.index + 1, rules }), ...common, nmsEvent: [{ resetBox: {} }] };
  }
  if (place.position >= box.modSeq) return undefined;
  const { rows, reached } = firstOf(changes, box.modSeq);
  const view = { device, rules: box.syncRules, folders: box.folders };
  const nmsEvent = rows.flatMap((row): NmsEvent[] => {
    if ('key' in row) return [folderEvent(user, row, { box, baseUrl: listener.baseUrl })];
    const scope = scopeOf(row, view, now);
    return scope === 'out' ? [] : [objectEvent(row, { box, baseUrl: listener.baseUrl, isGone: row.deleted || scope === 'left' })];
  });
  return { index: place.index, restartToken: restartToken({ position: reached, index: place.index + 1, rules }), ...common, ...(reached < box.modSeq && { more: true }), nmsEvent };
}

/** The first changes of both kinds in order, and how far they go: where there may be more of a kind, not beyond its last. */
function firstOf({ objects, folders }: Changes, head: number): { readonly rows: readonly (ObjectRow | FolderRow)[]; readonly reached: number } {
  const limits = [objects, folders].flatMap((rows) => (rows.length >= LIST_SPAN ? [rows.at(-1)?.modSeq ?? head] : []));
  const rows = [...objects, ...folders].filter(({ modSeq }) => modSeq <= head).sort((a, b) => a.modSeq - b.modSeq).slice(0, LIST_SPAN);
  const reached = Math.min(head, ...limits, ...(rows.length >= LIST_SPAN ? [rows.at(-1)?.modSeq ?? head] : []));
  return { rows: rows.filter(({ modSeq }) => modSeq <= reached), reached };
}

interface Shown {
  readonly box: Pick<Box, 'folders'>;
  readonly baseUrl: string;
}

function objectEvent(row: ObjectRow, { box, baseUrl, isGone }: Shown & { readonly isGone: boolean }): NmsEvent {
  const object = nmsObject(row, { folders: box.folders, baseUrl });
  const { parentFolder, resourceURL, flags, correlationId, correlationTag, lastModSeq } = object;
  if (isGone) return row.removedAs === 'expired' ? { expiredObject: { resourceURL, correlationId, lastModSeq } } : { deletedObject: { resourceURL, correlationId, lastModSeq } };
  return { changedObject: { parentFolder, resourceURL, flags, correlationId, ...(correlationTag !== undefined && { correlationTag }), lastModSeq, object } };
}

function folderEvent(user: CpmAddress, { key, name, parent, modSeq, deleted, path }: FolderRow, { box: { folders }, baseUrl }: Shown): NmsEvent {
  const at = { resourceURL: baseUrl + folderUrl(user, key), lastModSeq: modSeq };
  if (deleted) return { deletedFolder: { ...at, path: path ?? '' } };
  return { changedFolder: { ...at, parentFolder: baseUrl + folderUrl(user, parent), name, path: pathOf(key, folders) ?? name } };
}
