import { AccessChanged } from '@cpm/contracts-access-awareness';
import {
  AskForErasure, EraseUser, UserErased, ProvisionSubscriber, RegisterDevice, RemoveDevice, RemoveSubscriber, RenameDevice, SetPreferences,
} from '@cpm/contracts-device-registry';
import { AUDIT_COLLECTION, collectionOf, DEAD_LETTER_TABLE, defineService, on, POLICY_COLLECTION, REVOCATIONS_COLLECTION, SERVICES } from '@cpm/runtime-decider';
import { subscriber } from './device-identity/subscriber.aggregate.js';
import { erasure, isErasing } from './erasure/erasure.js';

const aggregate = subscriber;
const idOf = ({ user }: { readonly user: string }): string => user;

/** Who owns which devices under which name and role, and how he wants to be served. */
export const deviceRegistry = defineService('device-registry', [
  on(ProvisionSubscriber, { aggregate, idOf, command: ({ user: _, ...told }, { view }) => ({ type: 'ProvisionSubscriber' as const, ...told, isBeingErased: isErasing(view) }) }),
  on(RemoveSubscriber, { aggregate, idOf, command: ({ commandId }) => ({ type: 'RemoveSubscriber' as const, commandId }) }),
  on(RegisterDevice, {
    aggregate, idOf,
    command: ({ user: _, ...told }, { policy }) => ({ type: 'RegisterDevice' as const, ...told, maxSecondaries: policy['device.maxSecondaries'] }),
  }),
  on(RenameDevice, { aggregate, idOf, command: ({ user: _, ...told }) => ({ type: 'RenameDevice' as const, ...told }) }),
  on(RemoveDevice, { aggregate, idOf, command: ({ user: _, ...told }) => ({ type: 'RemoveDevice' as const, ...told }) }),
  on(SetPreferences, { aggregate, idOf, command: ({ user: _, ...told }) => ({ type: 'SetPreferences' as const, ...told }) }),
  on(AccessChanged, { aggregate, idOf, command: ({ device, ip, cs }) => ({ type: 'NoteAccess' as const, device, ip, cs }) }),
  on(AskForErasure, { aggregate: erasure, idOf, command: ({ commandId }, { now }) => ({ type: 'Ask' as const, commandId, now }) }),
  on(UserErased, { aggregate: erasure, idOf, command: (told, { now }) => ({ type: 'NoteErased' as const, told, now }) }),
], { asked: EraseUser, done: UserErased, tables: [] }, {
  // It is where operators change the policy and look after dead letters.
  [POLICY_COLLECTION]: 'append',
  [AUDIT_COLLECTION]: 'append',
  [REVOCATIONS_COLLECTION]: 'keep',
  ...Object.fromEntries(SERVICES.filter((name) => name !== 'device-registry').map((name) => [collectionOf(name, DEAD_LETTER_TABLE), 'amend'])),
});
