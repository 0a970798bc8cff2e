import { defineService, on } from '@cpm/runtime-decider';
import { SubscriberChanged } from '@cpm/contracts-device-registry';
import { ChangeObject, DepositObject, RecordDisposition } from '@cpm/contracts-message-store-sync';
import { boxAggregate as aggregate } from './box/box.js';

/** Keeps every user's network message store and tells his devices that there is something to fetch. */
export const messageStoreSync = defineService('message-store-sync', [
  on(DepositObject, { aggregate, idOf: ({ user }) => user, command: (deposit) => ({ type: 'Deposit' as const, deposit }) }),
  on(ChangeObject, { aggregate, idOf: ({ user }) => user, command: (change) => ({ type: 'Change' as const, change }) }),
  on(RecordDisposition, { aggregate, idOf: ({ user }) => user, command: (disposition) => ({ type: 'KeepDisposition' as const, disposition }) }),
  on(SubscriberChanged, { aggregate, idOf: ({ user }) => user, command: (snapshot) => ({ type: 'LearnOwner' as const, snapshot }) }),
]);
