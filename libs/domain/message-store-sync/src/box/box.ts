import type { CpmAddress, DeviceId, Instant } from '@cpm/vocabulary';
import type { AccessChanged } from '@cpm/contracts-access-awareness';
import type { SubscriberChanged } from '@cpm/contracts-device-registry';
import type {
  BoxSwept, ChangeFolder, ChangeObject, CreateObjects, DepositObject, FolderEmptied, KeepSession, NewObject, NotificationOutcome, ObjectUpdate, RecordDisposition, RecordUcnSummary, SubscribeToBox, UnsubscribeFromBox, UpdateObjects,
} from '@cpm/contracts-message-store-sync';
import type { FolderRefusal, MadeFolder, MadeFolders } from './folders.js';
import type { Subscription, SubscriptionEvent, SubscriptionRefusal } from './subscriptions.js';
import type { SweepEvent, Sweeping } from './sweep.js';
import type { SyncLimits } from './sync-policy.js';
import type { SyncRule } from './sync-scope.js';

/** What the service provider allows a box, from the policy. */
export interface BoxLimits {
  readonly retentionDays: number;
  readonly tombstoneDays: number;
  readonly maxObjects: number;
  readonly maxBytes: number;
  readonly sync: SyncLimits;
}

interface Timed {
  readonly now: Instant;
  readonly limits: BoxLimits;
}

export type BoxCommand = Timed & (
  | { readonly type: 'LearnOwner'; readonly snapshot: SubscriberChanged }
  | { readonly type: 'LearnAccess'; readonly access: AccessChanged }
  | { readonly type: 'Deposit'; readonly deposit: DepositObject }
  | { readonly type: 'Change'; readonly change: ChangeObject }
  | { readonly type: 'KeepDisposition'; readonly disposition: RecordDisposition }
  | { readonly type: 'KeepUcnSummary'; readonly summary: RecordUcnSummary }
  | { readonly type: 'KeepSession'; readonly kept: KeepSession }
  | { readonly type: 'Create'; readonly request: CreateObjects }
  | { readonly type: 'Update'; readonly request: UpdateObjects }
  | { readonly type: 'ChangeFolder'; readonly request: ChangeFolder }
  | { readonly type: 'EndEmptying'; readonly emptied: FolderEmptied }
  | { readonly type: 'Subscribe'; readonly request: SubscribeToBox }
  | { readonly type: 'Unsubscribe'; readonly request: UnsubscribeFromBox }
  | { readonly type: 'NoteOutcome'; readonly outcome: NotificationOutcome }
  | { readonly type: 'EndSweep'; readonly swept: BoxSwept }
  | { readonly type: 'WaitOver'; readonly timer: string }
);

/** The head of a user's message store; the objects are rows beside it. */
export interface Box {
  /** lastModSeq of the box: each change of an object or folder takes the next number. A number may stay unused, none is used twice. */
  readonly modSeq: number;
  /** Of the last snapshot of the owner; 0 before the first. */
  readonly version: number;
  /** Devices with a CPM client. */
  readonly devices: readonly DeviceId[];
  readonly primary: DeviceId | null;
  readonly syncRules: readonly SyncRule[];
  /** How often what a device wants has changed; a device of which it never did is not named. */
  readonly rulesSince: Readonly<Record<DeviceId, number>>;
  /** The head when the Primary was last told to synchronise. */
  readonly hintedAt: number;
  readonly folders: MadeFolders;
  /** Keys of the last removed ones: a creation that is repeated late does not bring one back. */
  readonly removedFolders: readonly string[];
  /** Removed folders whose objects are still to be removed: of a conversation, which may go on, those born with a number of at most `upTo`. */
  readonly emptying: readonly Emptying[];
  /** Objects of sessions that were removed, the last of them. */
  readonly removedSessions: readonly string[];
  readonly subscriptions: readonly Subscription[];
  readonly sweep: Sweeping;
}

/** What becomes of the object of a group's state; `revived`: it was removed. */
export type GroupChange = 'none' | 'kept' | 'revived';

export interface Emptying {
  readonly folder: string;
  readonly upTo: number;
  readonly dueAt: Instant;
}

export type BoxEvent =
  | { readonly type: 'OwnerLearned'; readonly version: number; readonly devices: readonly DeviceId[]; readonly primary: DeviceId | null; readonly syncRules: readonly SyncRule[]; readonly rulesSince: Readonly<Record<DeviceId, number>> }
  | { readonly type: 'ViewsChanged'; readonly rulesSince: Readonly<Record<DeviceId, number>> }
  | { readonly type: 'SyncHinted'; readonly device: DeviceId; readonly modSeq: number }
  | { readonly type: 'ObjectDeposited'; readonly modSeq: number; readonly deposit: DepositObject }
  | { readonly type: 'ObjectChanged'; readonly modSeq: number; readonly change: ChangeObject }
  /** The report becomes an object with `modSeq`; the message it is about changed with `modSeq - 1`. */
  | { readonly type: 'DispositionKept'; readonly modSeq: number; readonly disposition: RecordDisposition }
  /** The first of its messages takes the number after that of the box, and so on up to `modSeq`. */
  | { readonly type: 'UcnSummaryKept'; readonly modSeq: number; readonly summary: RecordUcnSummary }
  /** The group state has `modSeq`, the history the number before it; with only one of them that one has it. */
  | { readonly type: 'SessionKept'; readonly modSeq: number; readonly kept: KeepSession; readonly history: boolean; readonly group: GroupChange }
  /** The first takes the number after that of the box, and so on up to `modSeq`. */
  | { readonly type: 'ObjectsCreated'; readonly modSeq: number; readonly objects: readonly NewObject[]; readonly device: DeviceId; readonly at: Instant }
  | { readonly type: 'ObjectsUpdated'; readonly modSeq: number; readonly objects: readonly ObjectUpdate[]; readonly device?: DeviceId; readonly at: Instant }
  | { readonly type: 'FolderChanged'; readonly modSeq: number; readonly key: string; readonly folder: MadeFolder; readonly device: DeviceId }
  | { readonly type: 'FolderRemoved'; readonly modSeq: number; readonly key: string; readonly path: string; readonly device: DeviceId }
  | { readonly type: 'EmptyingBegun'; readonly folder: string; readonly upTo: number; readonly dueAt: Instant }
  | { readonly type: 'EmptyingEnded'; readonly folder: string; readonly upTo: number }
  | { readonly type: 'RequestAnswered'; readonly commandId: string; readonly answer: BoxAnswer }
  | SubscriptionEvent
  | SweepEvent;

export type BoxRefusal = FolderRefusal | SubscriptionRefusal | 'quota-exceeded';

/** What a waiting request is told. `unmoved`: places in the request of objects that stayed where they were, for their target is gone. */
export type BoxAnswer =
  | { readonly done: true; readonly lastModSeq: number; readonly unmoved?: readonly number[]; readonly subscription?: Subscription }
  | { readonly done: false; readonly refusal: BoxRefusal };

export const EMPTY_BOX: Box = {
  modSeq: 0, version: 0, devices: [], primary: null, syncRules: [], rulesSince: {}, hintedAt: 0, folders: {}, removedFolders: [], emptying: [], removedSessions: [], subscriptions: [],
  sweep: { floor: 0, number: 0, dueAt: null, running: false, usage: { objects: 0, bytes: 0 } },
};

const UNCOUNTED_BOX: Box = { ...EMPTY_BOX, sweep: { ...EMPTY_BOX.sweep, dueAt: 0 } };

/** What an earlier version stored lacks what has come since; what is in it is counted by a sweep. */
export function wholeBox(stored: Box): Box {
  return { ...UNCOUNTED_BOX, ...stored };
}

/** The user whose box it is: a box is named by him. */
export function ownerOfBox(id: string): CpmAddress {
  return id as CpmAddress;
}
