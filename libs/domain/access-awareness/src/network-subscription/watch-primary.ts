import { WatchPrimary } from '@cpm/contracts-access-awareness';
import { publish, type DecisionContext, type Reaction } from '@cpm/runtime-decider';
import { msisdnOf, type CpmAddress, type NetworkMonitoring, type Policy } from '@cpm/vocabulary';
import type { Access, AccessEvent } from '../access-state/access.js';
import { isOneShot } from './t8-subscriptions.js';

/** What was last said of a Primary to whoever asks the network about him, and under which policy. */
export interface PrimaryWatch {
  readonly version: number;
  readonly isKnown: boolean;
  /** Where one would be asked for: CS is AVAILABLE, so that the network need not report that it comes. */
  readonly isReachableForSms: boolean;
  readonly kinds: readonly NetworkMonitoring[];
}

/**
 * CPM-MLD-035: what is to be said because it is not what was said last; undefined: nothing. That there is no Primary is always said, for subscriptions
 * may stand that were made under another policy; that there is one, when a policy asks for reports, or the last one that it was said under did.
 */
export function newWatch({ version, devices, watch: last }: Access, policy: Policy): PrimaryWatch | undefined {
  if (version === 0) return undefined;
  const primary = devices.find(({ role }) => role === 'primary');
  if (!primary) return last && !last.isKnown && last.version === version ? undefined : { version, isKnown: false, isReachableForSms: false, kinds: [] };
  const kinds = policy['access.t8.subscriptions'];
  const next = { version, isKnown: true, isReachableForSms: kinds.some(isOneShot) && primary.cs === 'AVAILABLE', kinds };
  const isUnwanted = kinds.length === 0 && (last?.kinds ?? []).length === 0;
  return isUnwanted || (last && isSame(last, next)) ? undefined : next;
}

/** Only a telephone number can be asked about. */
export function saysWatch(event: AccessEvent, { id, now }: Pick<DecisionContext, 'id' | 'now'>): readonly Reaction[] {
  const user = id as CpmAddress;
  if (event.type !== 'WatchChanged' || msisdnOf(user) === undefined) return [];
  const { version, isKnown, isReachableForSms } = event.watch;
  return [publish(WatchPrimary, { user, version, isKnown, ...(isReachableForSms && { isReachableForSms }), at: now })];
}

function isSame(one: PrimaryWatch, other: PrimaryWatch): boolean {
  return one.version === other.version && one.isKnown === other.isKnown && one.isReachableForSms === other.isReachableForSms && one.kinds.join() === other.kinds.join();
}
