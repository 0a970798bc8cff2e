import { ucnRef } from '@cpm/message-tags';
import { storedObjectId, type Instant } from '@cpm/vocabulary';
import type { UpdateObjects } from '@cpm/contracts-message-store-sync';
import { answer, defineAggregate, perform, writeRow, type Reaction } from '@cpm/runtime-decider';
import { ownerOfBox, wholeBox, type Box, type BoxCommand, type BoxEvent } from './box.js';
import { countsOfBox } from './box.counts.js';
import { box } from './box.decider.js';
import { FOLDERS_TABLE, folderRow, folderRowId, removedFolder } from './folder-row.js';
import { hintFrame, sentFrame, storeChanged, storeChangedForOthers } from './frames.js';
import { createdRow, messageRow, objectRowId, OBJECTS_TABLE, reportRow, tombstone, type ObjectRow } from './object-row.js';
import { groupRow, sessionRow, type KeptRow } from './session-row.js';
import type { Sending, Subscription } from './subscriptions.js';
import type { SweepCutoff } from './sweep.js';
import { syncLimitsOf } from './sync-policy.js';

type Of<Type extends BoxEvent['type']> = Extract<BoxEvent, { type: Type }>;

/** The effect that brings a list of changes to a subscriber's `notifyUrl`. */
export interface NotificationInput {
  readonly user: string;
  /** With the list that is `sending`. */
  readonly subscription: Subscription & { readonly notifyUrl: string; readonly sending: Sending };
}
/** The effect that finds what is too old or too much in a box. */
export interface SweepInput {
  readonly user: string;
  readonly number: number;
  readonly cutoff: SweepCutoff;
}
/** The effect that finds what is in a removed folder. */
export interface EmptyingInput {
  readonly user: string;
  readonly folder: string;
  readonly upTo: number;
}

function insertion(row: ObjectRow): Reaction {
  return writeRow({ table: OBJECTS_TABLE, id: objectRowId(row.u, row.oid), insert: { ...row } });
}

function reactToObjects(event: Of<'ObjectDeposited' | 'ObjectChanged' | 'DispositionKept' | 'UcnSummaryKept' | 'SessionKept' | 'ObjectsCreated' | 'ObjectsUpdated'>, after: Box, now: Instant, id: string): readonly Reaction[] {
  const user = ownerOfBox(id);
  switch (event.type) {
    case 'ObjectDeposited':
      return [insertion(messageRow(event.deposit, event.modSeq)), ...sentFrame(event.deposit, after, now)];
    case 'ObjectChanged':
      return [changeOfMessage(event), ...storeChanged(user, after, { modSeq: event.modSeq, acting: event.change.device }, now)];
    case 'DispositionKept':
      return [...disposition(event), ...storeChangedForOthers(user, after, event.modSeq, now)];
    case 'UcnSummaryKept':
      return [...ucnSummary(event), ...storeChanged(user, after, { modSeq: event.modSeq, acting: undefined }, now)];
    case 'SessionKept':
      return [...sessionObjects(event), ...storeChangedForOthers(user, after, event.modSeq, now)];
    case 'ObjectsCreated': {
      const first = event.modSeq - event.objects.length + 1;
      const rows = event.objects.map((object, at) => insertion(createdRow(object, { user, device: event.device, modSeq: first + at })));
      return [...rows, ...storeChanged(user, after, { modSeq: event.modSeq, acting: event.device }, now)];
    }
    case 'ObjectsUpdated': {
      const first = event.modSeq - event.objects.length + 1;
      const rows = event.objects.map((update, at) => updateOfRow(objectRowId(user, update.objectId), update, { modSeq: first + at, at: event.at }));
      return [...rows, ...storeChanged(user, after, { modSeq: event.modSeq, acting: event.device }, now)];
    }
  }
}

/** `$UCN-Obtained`: the user has the whole content by the link of a notification; it is not said to be read. */
const FLAG_OF = { seen: '\\Seen', obtained: '$UCN-Obtained' } as const;

function changeOfMessage({ modSeq, change }: Of<'ObjectChanged'>): Reaction {
  const { user, direction, messageId, at } = change;
  const row = { table: OBJECTS_TABLE, id: objectRowId(user, storedObjectId(direction, messageId)), number: { field: 'modSeq', value: modSeq } };
  if (change.change === 'removed') return writeRow({ ...row, set: tombstone('deleted', at) });
  return writeRow({ ...row, add: { flags: [FLAG_OF[change.change], ...(change.readReport ? ['\\read-report-sent'] : [])] } });
}

/** CPM-MLD-017: a removal wins over what happens to the object before or after, and at the same time. */
function updateOfRow(id: string, { addFlags = [], removeFlags = [], folder, remove }: UpdateObjects['objects'][number], { modSeq, at }: { readonly modSeq: number; readonly at: Instant }): Reaction {
  const row = { table: OBJECTS_TABLE, id, number: { field: 'modSeq', value: modSeq } };
  if (remove) return writeRow({ ...row, set: tombstone(remove, at) });
  return writeRow({
    ...row,
    ...(folder !== undefined && { set: { folder } }),
    ...(addFlags.length > 0 && { add: { flags: addFlags } }),
    ...(removeFlags.length > 0 && { remove: { flags: removeFlags } }),
  });
}

function disposition({ modSeq, disposition: kept }: Of<'DispositionKept'>): readonly Reaction[] {
  const { user, messageId, recipient, status } = kept;
  const sent = writeRow({
    table: OBJECTS_TABLE, id: objectRowId(user, storedObjectId('Out', messageId)), number: { field: 'modSeq', value: modSeq - 1 }, add: { dispositions: [`${recipient} ${status}`] },
  });
  return [sent, insertion(reportRow(kept, modSeq))];
}

/** CPM-MLD-034: every message that a summary tells of names all of them, so that any one of them that is still there tells what the summary stands for. */
function ucnSummary({ modSeq, summary: { user, ref, messageIds } }: Of<'UcnSummaryKept'>): readonly Reaction[] {
  const value = [ref, ...messageIds.map((messageId) => ucnRef(messageId, user))].join(' ');
  const first = modSeq - messageIds.length + 1;
  return messageIds.map((messageId, at) =>
    writeRow({ table: OBJECTS_TABLE, id: objectRowId(user, storedObjectId('In', messageId)), number: { field: 'modSeq', value: first + at }, add: { ucnSummaries: [value] } }));
}

function sessionObjects({ modSeq, kept, history, group }: Of<'SessionKept'>): readonly Reaction[] {
  const upsert = ({ row, changes }: KeptRow) =>
    writeRow({ table: OBJECTS_TABLE, id: objectRowId(row.u, row.oid), insert: { ...row }, number: { field: 'modSeq', value: row.modSeq }, set: changes });
  return [
    ...(history ? [upsert(sessionRow(kept, group === 'none' ? modSeq : modSeq - 1))] : []),
    ...(group === 'none' ? [] : [upsert(groupRow(kept, modSeq, { revived: group === 'revived' }))]),
  ];
}

function reactToFolder(event: Of<'FolderChanged' | 'FolderRemoved' | 'EmptyingBegun'>, after: Box, now: Instant, id: string): readonly Reaction[] {
  const user = ownerOfBox(id);
  if (event.type === 'EmptyingBegun') return [perform('empty-folder', { user, folder: event.folder, upTo: event.upTo } satisfies EmptyingInput)];
  const { key, modSeq, device } = event;
  const row = { table: FOLDERS_TABLE, id: folderRowId(user, key) };
  const changed = storeChanged(user, after, { modSeq, acting: device }, now);
  if (event.type === 'FolderRemoved') return [writeRow({ ...row, number: { field: 'modSeq', value: modSeq }, set: removedFolder(event.path) }), ...changed];
  const { name, parent } = event.folder;
  return [writeRow({ ...row, insert: { ...folderRow(user, key, event.folder) }, number: { field: 'modSeq', value: modSeq }, set: { name, parent, deleted: false, path: undefined } }), ...changed];
}

function reactToUpkeep(event: Of<'NotificationBegun' | 'SweepBegun' | 'SweepEnded'>, { subscriptions }: Box, id: string): readonly Reaction[] {
  const user = ownerOfBox(id);
  switch (event.type) {
    case 'NotificationBegun': {
      const subscription = subscriptions.find((one) => one.id === event.id);
      return subscription?.notifyUrl === undefined ? [] : [perform('notify-subscriber', { user, subscription: { ...subscription, notifyUrl: subscription.notifyUrl, sending: event.sending } } satisfies NotificationInput)];
    }
    case 'SweepBegun':
      return [perform('sweep-box', { user, number: event.number, cutoff: event.cutoff } satisfies SweepInput)];
    case 'SweepEnded':
      // A group that came back since stays.
      return event.tombstones.map(({ objectId, modSeq }) => writeRow({ table: OBJECTS_TABLE, id: objectRowId(user, objectId), erase: true, number: { field: 'modSeq', value: modSeq } }));
  }
}

function react(event: BoxEvent, after: Box, now: Instant, id: string): readonly Reaction[] {
  switch (event.type) {
    case 'ObjectDeposited':
    case 'ObjectChanged':
    case 'DispositionKept':
    case 'UcnSummaryKept':
    case 'SessionKept':
    case 'ObjectsCreated':
    case 'ObjectsUpdated':
      return reactToObjects(event, after, now, id);
    case 'FolderChanged':
    case 'FolderRemoved':
    case 'EmptyingBegun':
      return reactToFolder(event, after, now, id);
    case 'NotificationBegun':
    case 'SweepBegun':
    case 'SweepEnded':
      return reactToUpkeep(event, after, id);
    case 'SyncHinted':
      return [hintFrame(ownerOfBox(id), event, now)];
    case 'RequestAnswered':
      return [answer(event.commandId, event.answer)];
    default:
      return [];
  }
}

function timersOf({ sweep, emptying, subscriptions }: Box): Readonly<Record<string, Instant>> {
  return {
    ...(sweep.dueAt !== null && { sweep: sweep.dueAt }),
    ...(emptying.length > 0 && { emptying: Math.min(...emptying.map(({ dueAt }) => dueAt)) }),
    ...Object.fromEntries(subscriptions.flatMap(({ id, sending }) => (sending ? [[id, sending.dueAt]] : []))),
  };
}

/** The box of a user: its id is his CPM Address. */
export const boxAggregate = defineAggregate<BoxCommand, Box, BoxEvent>({
  name: 'box',
  decider: box,
  upgrade: wholeBox,
  react: (event, after, { now, id }) => react(event, after, now, id),
  ownerOf: (id) => id,
  countsOf: countsOfBox,
  timersOf,
  whenDue: (timer, { now, policy }) => ({ type: 'WaitOver', timer, now, limits: limitsOf(policy) }),
});

/** What the policy allows a box. */
export function limitsOf(policy: BoxPolicy): BoxCommand['limits'] {
  const { 'store.retentionDays': retentionDays, 'store.tombstoneDays': tombstoneDays, 'store.maxObjects': maxObjects, 'store.maxBytes': maxBytes } = policy;
  return { retentionDays, tombstoneDays, maxObjects, maxBytes, sync: syncLimitsOf(policy) };
}
type BoxPolicy = Parameters<typeof syncLimitsOf>[0] & Readonly<Record<'store.retentionDays' | 'store.tombstoneDays' | 'store.maxObjects' | 'store.maxBytes', number>>;
