import { instant, keyedAddress } from '@cpm/vocabulary';
import { defineEvent, SERVICES, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

const order = { user: keyedAddress, erasureId: z.string(), round: z.number().int().positive(), at: instant };

/** An operator wants a user forgotten by all services. */
export const AskForErasure = defineEvent({
  type: 'AskForErasure', version: 1, owner: 'device-registry', listeners: ['device-registry'],
  summary: 'An operator has a user erased',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, commandId: z.string() }),
});
export type AskForErasure = PayloadOf<typeof AskForErasure>;

/** Every service erases all that it keeps of the user, at this place of his log; what other users have of him is theirs. */
export const EraseUser = defineEvent({
  type: 'EraseUser', version: 1, owner: 'device-registry', listeners: [...SERVICES],
  summary: 'All that is kept of a user is to be erased',
  key: ({ user }) => user,
  schema: z.object(order),
});
export type EraseUser = PayloadOf<typeof EraseUser>;

export const UserErased = defineEvent({
  type: 'UserErased', version: 1, owner: 'device-registry', listeners: ['device-registry'], writers: [...SERVICES],
  summary: 'A service keeps nothing of a user any more',
  key: ({ user }) => user,
  schema: z.object({ ...order, service: z.enum(SERVICES) }),
});
export type UserErased = PayloadOf<typeof UserErased>;
