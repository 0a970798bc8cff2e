import type { Policy } from '@cpm/vocabulary';
import { AUDIT_COLLECTION, defineService, on, type DecisionContext } from '@cpm/runtime-decider';
import { AccessChanged } from '@cpm/contracts-access-awareness';
import { EraseUser, SubscriberChanged, UserErased } from '@cpm/contracts-device-registry';
import {
  BoxSwept, ChangeFolder, ChangeObject, CreateObjects, DepositObject, FolderEmptied, KeepSession, NotificationOutcome, RecordDisposition, RecordUcnSummary, SubscribeToBox, UnsubscribeFromBox, UpdateObjects,
} from '@cpm/contracts-message-store-sync';
import { FOLDERS_TABLE } from './box/folder-row.js';
import { OBJECTS_TABLE } from './box/object-row.js';
import { boxAggregate as aggregate, limitsOf } from './box/box.aggregate.js';

const idOf = ({ user }: { readonly user: string }): string => user;
const timed = ({ now, policy }: DecisionContext & { readonly policy: Policy }) => ({ now, limits: limitsOf(policy) });

/** Keeps every user's network message store and tells his devices that there is something to fetch. */
export const messageStoreSync = defineService('message-store-sync', [
  on(DepositObject, { aggregate, idOf, command: (deposit, context) => ({ type: 'Deposit' as const, deposit, ...timed(context) }) }),
  on(ChangeObject, { aggregate, idOf, command: (change, context) => ({ type: 'Change' as const, change, ...timed(context) }) }),
  on(RecordDisposition, { aggregate, idOf, command: (disposition, context) => ({ type: 'KeepDisposition' as const, disposition, ...timed(context) }) }),
  on(RecordUcnSummary, { aggregate, idOf, command: (summary, context) => ({ type: 'KeepUcnSummary' as const, summary, ...timed(context) }) }),
  on(KeepSession, { aggregate, idOf, command: (kept, context) => ({ type: 'KeepSession' as const, kept, ...timed(context) }) }),
  on(CreateObjects, { aggregate, idOf, command: (request, context) => ({ type: 'Create' as const, request, ...timed(context) }) }),
  on(UpdateObjects, { aggregate, idOf, command: (request, context) => ({ type: 'Update' as const, request, ...timed(context) }) }),
  on(ChangeFolder, { aggregate, idOf, command: (request, context) => ({ type: 'ChangeFolder' as const, request, ...timed(context) }) }),
  on(FolderEmptied, { aggregate, idOf, command: (emptied, context) => ({ type: 'EndEmptying' as const, emptied, ...timed(context) }) }),
  on(SubscribeToBox, { aggregate, idOf, command: (request, context) => ({ type: 'Subscribe' as const, request, ...timed(context) }) }),
  on(UnsubscribeFromBox, { aggregate, idOf, command: (request, context) => ({ type: 'Unsubscribe' as const, request, ...timed(context) }) }),
  on(NotificationOutcome, { aggregate, idOf, command: (outcome, context) => ({ type: 'NoteOutcome' as const, outcome, ...timed(context) }) }),
  on(BoxSwept, { aggregate, idOf, command: (swept, context) => ({ type: 'EndSweep' as const, swept, ...timed(context) }) }),
  on(SubscriberChanged, { aggregate, idOf, command: (snapshot, context) => ({ type: 'LearnOwner' as const, snapshot, ...timed(context) }) }),
  on(AccessChanged, { aggregate, idOf, command: (access, context) => ({ type: 'LearnAccess' as const, access, ...timed(context) }) }),
], { asked: EraseUser, done: UserErased, tables: [OBJECTS_TABLE, FOLDERS_TABLE] }, {
  'content.files': 'keep', 'content.chunks': 'keep', 'device-registry.subscriber': 'read', [AUDIT_COLLECTION]: 'append',
});
