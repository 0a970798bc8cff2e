import { AccessObserved, AccessRestated } from '@cpm/contracts-access-awareness';
import { EraseUser, SubscriberChanged, UserErased } from '@cpm/contracts-device-registry';
import { defineService, on } from '@cpm/runtime-decider';
import type { AccessCommand } from './access-state/access.js';
import { access, occasionOf } from './access-state/access.aggregate.js';
import type { Evidence } from './access-state/evidence.js';
import { SIM } from './access-state/evidence.js';
import type { Restatement } from './access-state/restatement.js';
import { networkSubscriptions } from './network-subscription/network-subscriptions.js';

const idOf = ({ user }: { readonly user: string }): string => user;

/** Who can be reached over what, from everything that is said about it. */
export const accessAwareness = defineService('access-awareness', [
  on(AccessObserved, {
    aggregate: access, idOf,
    command: (payload, context): AccessCommand => ({ type: 'Observe', evidence: evidenceOf(payload), ...numberOf(payload), ...occasionOf(context) }),
  }),
  on(AccessRestated, {
    aggregate: access, idOf,
    command: (payload, context): AccessCommand => ({ type: 'Restate', restatement: restatementOf(payload), ...numberOf(payload), ...occasionOf(context) }),
  }),
  on(SubscriberChanged, {
    aggregate: access, idOf,
    command: ({ version, removed, devices }, context): AccessCommand => ({
      type: 'KnowDevices', version, removed, devices: devices.map(({ id, role }) => ({ id, role })), ...occasionOf(context),
    }),
  }),
  ...networkSubscriptions,
], { asked: EraseUser, done: UserErased, tables: [] }, { 'device-registry.subscriber': 'read' });

function evidenceOf({ device, access: kind, state, confidence, source, observedAt, validUntil, cause }: AccessObserved): Evidence {
  return {
    subject: device ?? SIM, access: kind, source, state, confidence, observedAt,
    ...(validUntil !== undefined && { validUntil }), ...(cause !== undefined && { cause }),
  };
}

function numberOf({ documentVersion }: AccessObserved | AccessRestated): { documentVersion?: number } {
  return documentVersion === undefined ? {} : { documentVersion };
}

function restatementOf({ source, at, except = [], state, validUntil }: AccessRestated): Restatement {
  return { source, at, except, ...(state !== undefined && { state }), ...(validUntil !== undefined && { validUntil }) };
}
