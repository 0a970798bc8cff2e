import { defineService, on } from '@cpm/runtime-decider';
import { PushFrame, WithdrawFrame } from '@cpm/contracts-client-edge';
import { EraseUser, SubscriberChanged, UserErased } from '@cpm/contracts-device-registry';
import { FRAMES_TABLE } from './downlink/frame-row.js';
import { downlink } from './downlink/downlink.js';

/** What the edge itself keeps of users. */
const EDGE_TABLES = ['cursors', 'submissions'];

/** Numbers what goes to a user's devices, so that each can fetch after a gap exactly what it missed. */
export const clientEdge = defineService('client-edge', [
  on(PushFrame, { aggregate: downlink, idOf: ({ user }) => user, command: (frame) => ({ type: 'Push' as const, frame }) }),
  on(WithdrawFrame, { aggregate: downlink, idOf: ({ user }) => user, command: (frame) => ({ type: 'Withdraw' as const, frame }) }),
  on(SubscriberChanged, { aggregate: downlink, idOf: ({ user }) => user, command: (snapshot) => ({ type: 'LearnUser' as const, snapshot }) }),
], { asked: EraseUser, done: UserErased, tables: [FRAMES_TABLE, ...EDGE_TABLES] }, {
  'client-edge.link-uses': 'keep', 'content.files': 'keep', 'content.chunks': 'keep', 'content.uploads': 'keep',
  'device-registry.subscriber': 'read', 'message-store-sync.objects': 'read', 'sms-interworking-gateway.ucn-links': 'read',
  // Outcomes of its commands, and who is in a session.
  'routing.delivery': 'read', 'routing.participation': 'read', 'routing.focus': 'read',
});
