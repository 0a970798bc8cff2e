import { WatchPrimary } from '@cpm/contracts-access-awareness';
import { publish, type DecisionContext, type Reaction } from '@cpm/runtime-decider';
import { msisdnOf, type CpmAddress } from '@cpm/vocabulary';
import type { Access, AccessEvent } from '../access-state/access.js';

/**
 * CPM-MLD-035: when what is known of a Primary says that the network should be asked about it, or no more. Said again when it is lost to IP:
 * then the network's word counts, and an operator may have switched subscriptions on since the subscriber last changed.
 */
export function watchPrimary(event: AccessEvent, after: Access, { id, policy, now }: Pick<DecisionContext, 'id' | 'policy' | 'now'>): readonly Reaction[] {
  const user = id as CpmAddress;
  if (policy['access.t8.subscriptions'].length === 0 || msisdnOf(user) === undefined) return [];
  const primary = after.devices.find(({ role }) => role === 'primary');
  const isLost = event.type === 'DeviceAccessChanged' && event.device === primary?.id && event.ip === 'UNAVAILABLE';
  if (event.type !== 'DevicesKnown' && event.type !== 'SubscriberForgotten' && !isLost) return [];
  return [publish(WatchPrimary, { user, version: after.version, isKnown: primary !== undefined, at: now })];
}
