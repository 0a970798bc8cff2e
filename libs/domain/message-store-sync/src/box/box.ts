import { fileUrl, storedObjectId, timestamp, type CpmAddress, type DeviceId, type Instant, type Message } from '@cpm/vocabulary';
import { defineAggregate, publish, writeRow, type Decider, type Publication, type Reaction } from '@cpm/runtime-decider';
import { PushFrame } from '@cpm/contracts-client-edge';
import type { SubscriberChanged } from '@cpm/contracts-device-registry';
import type { ChangeObject, DepositObject, RecordDisposition } from '@cpm/contracts-message-store-sync';
import { messageRow, objectRowId, OBJECTS_TABLE, reportRow, type ObjectRow } from './object-row.js';
import type { SyncRule } from './sync-scope.js';

export type BoxCommand =
  | { readonly type: 'LearnOwner'; readonly snapshot: SubscriberChanged }
  | { readonly type: 'Deposit'; readonly deposit: DepositObject }
  | { readonly type: 'Change'; readonly change: ChangeObject }
  | { readonly type: 'KeepDisposition'; readonly disposition: RecordDisposition };

/** The head of a user's message store; the objects are rows beside it. */
export interface Box {
  /** lastModSeq of the box: each change of an object takes the next number. A number may stay unused, none is used twice. */
  readonly modSeq: number;
  /** Of the last snapshot of the owner; 0 before the first. */
  readonly version: number;
  /** Devices with a CPM client. */
  readonly devices: readonly DeviceId[];
  readonly syncRules: readonly SyncRule[];
}

export type BoxEvent =
  | { readonly type: 'OwnerLearned'; readonly version: number; readonly devices: readonly DeviceId[]; readonly syncRules: readonly SyncRule[] }
  | { readonly type: 'ObjectDeposited'; readonly modSeq: number; readonly deposit: DepositObject }
  | { readonly type: 'ObjectChanged'; readonly modSeq: number; readonly change: ChangeObject }
  /** The report becomes an object with `modSeq`; the message it is about changed with `modSeq - 1`. */
  | { readonly type: 'DispositionKept'; readonly modSeq: number; readonly disposition: RecordDisposition };

/** CPM-MLD-017: every change of an object's state gets a number, by which each device finds what it has not seen. */
export const box: Decider<BoxCommand, Box, BoxEvent> = {
  initial: { modSeq: 0, version: 0, devices: [], syncRules: [] },
  decide: (command, { modSeq, version }) => {
    switch (command.type) {
      case 'LearnOwner':
        return command.snapshot.version > version ? [learn(command.snapshot)] : [];
      case 'Deposit':
        return [{ type: 'ObjectDeposited', modSeq: modSeq + 1, deposit: command.deposit }];
      case 'Change':
        return [{ type: 'ObjectChanged', modSeq: modSeq + 1, change: command.change }];
      case 'KeepDisposition':
        return [{ type: 'DispositionKept', modSeq: modSeq + 2, disposition: command.disposition }];
    }
  },
  evolve: (state, event) => {
    if (event.type !== 'OwnerLearned') return { ...state, modSeq: event.modSeq };
    const { version, devices, syncRules } = event;
    return { modSeq: state.modSeq, version, devices, syncRules };
  },
};

function learn({ version, removed, devices, profile }: SubscriberChanged): BoxEvent {
  const registered = removed ? [] : devices.filter((device) => device.registered).map(({ id }) => id);
  return { type: 'OwnerLearned', version, devices: registered, syncRules: profile.syncRules };
}

const FRAME_LIFE_MS = 30 * 86_400_000;

function insertion(row: ObjectRow): Reaction {
  return writeRow({ table: OBJECTS_TABLE, id: objectRowId(row.u, row.oid), insert: { ...row } });
}

/** Data of the frames that carry a message, as the outside interface shows it. */
function messageFrame({ id, from, to, sessionId, conversationId, contributionId, inReplyTo, contentType, content, size, sentAt, dispositionNotification }: Message) {
  return {
    id, from, to, ...(sessionId !== undefined && { sessionId }), conversationId, contributionId,
    ...(inReplyTo !== undefined && { inReplyTo }),
    contentType,
    ...(content.kind === 'inline' ? { body: content.text } : { fileUrl: fileUrl(content.contentId) }),
    size, sentAt: timestamp(sentAt), dispositionNotification,
  };
}

/** A device other than `acting` may exist: before the first snapshot nothing says that there is none. */
function hasOthers({ version, devices }: Box, acting: DeviceId | undefined): boolean {
  return version === 0 || devices.some((device) => device !== acting);
}

function onDeposit({ modSeq, deposit }: Extract<BoxEvent, { type: 'ObjectDeposited' }>, after: Box, now: Instant): readonly Reaction[] {
  const { user, direction, message } = deposit;
  const row = insertion(messageRow(deposit, modSeq));
  if (direction === 'In' || !hasOthers(after, message.originDevice)) return [row];
  const frame = publish(PushFrame, {
    user, devices: { except: message.originDevice }, frameKey: `sent|${message.id}`, type: 'message.sent', data: messageFrame(message), at: now, expiresAt: now + FRAME_LIFE_MS,
  });
  return [row, frame];
}

/** One key for all: a device that was away needs only the last of them. */
function storeChanged(user: CpmAddress, lastModSeq: number, acting: DeviceId | undefined, now: Instant): Publication {
  const devices = acting ? { except: acting } : {};
  return publish(PushFrame, { user, devices, frameKey: 'store.changed', type: 'store.changed', data: { lastModSeq }, at: now, expiresAt: now + FRAME_LIFE_MS });
}

/** `$UCN-Obtained`: the user has the whole content by the link of a notification; it is not said to be read. */
const FLAG_OF = { seen: '\\Seen', obtained: '$UCN-Obtained' } as const;

function onChange({ modSeq, change }: Extract<BoxEvent, { type: 'ObjectChanged' }>, after: Box, now: Instant): readonly Reaction[] {
  const { user, direction, messageId, device } = change;
  const at = { table: OBJECTS_TABLE, id: objectRowId(user, storedObjectId(direction, messageId)) };
  const row = change.change === 'removed'
    ? writeRow({ ...at, set: { modSeq, deleted: true, text: '', contentId: '' } })
    : writeRow({ ...at, set: { modSeq }, add: { flags: [FLAG_OF[change.change]] } });
  return hasOthers(after, device) ? [row, storeChanged(user, modSeq, device, now)] : [row];
}

function onDisposition({ modSeq, disposition }: Extract<BoxEvent, { type: 'DispositionKept' }>, after: Box, now: Instant): readonly Reaction[] {
  const { user, messageId, recipient, status } = disposition;
  const rows = [
    writeRow({
      table: OBJECTS_TABLE, id: objectRowId(user, storedObjectId('Out', messageId)), set: { modSeq: modSeq - 1 }, add: { dispositions: [`${recipient} ${status}`] },
    }),
    insertion(reportRow(disposition, modSeq)),
  ];
  // The only device of a user got the report itself.
  return after.version === 0 || after.devices.length > 1 ? [...rows, storeChanged(user, modSeq, undefined, now)] : rows;
}

export const boxAggregate = defineAggregate<BoxCommand, Box, BoxEvent>({
  name: 'box',
  decider: box,
  react: (event, after, { now }) => {
    switch (event.type) {
      case 'OwnerLearned':
        return [];
      case 'ObjectDeposited':
        return onDeposit(event, after, now);
      case 'ObjectChanged':
        return onChange(event, after, now);
      case 'DispositionKept':
        return onDisposition(event, after, now);
    }
  },
  ownerOf: (id) => id,
});
