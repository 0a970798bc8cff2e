import { defineService, on } from '@cpm/runtime-decider';
import { PushFrame, WithdrawFrame } from '@cpm/contracts-client-edge';
import { SubscriberChanged } from '@cpm/contracts-device-registry';
import { downlink } from './downlink/downlink.js';

/** Numbers what goes to a user's devices, so that each can fetch after a gap exactly what it missed. */
export const clientEdge = defineService('client-edge', [
  on(PushFrame, { aggregate: downlink, idOf: ({ user }) => user, command: (frame) => ({ type: 'Push' as const, frame }) }),
  on(WithdrawFrame, { aggregate: downlink, idOf: ({ user }) => user, command: (frame) => ({ type: 'Withdraw' as const, frame }) }),
  on(SubscriberChanged, { aggregate: downlink, idOf: ({ user }) => user, command: (snapshot) => ({ type: 'LearnUser' as const, snapshot }) }),
]);
