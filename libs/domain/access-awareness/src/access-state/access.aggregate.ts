import { AccessChanged } from '@cpm/contracts-access-awareness';
import type { DecisionContext, Reaction } from '@cpm/runtime-decider';
import { defineAggregate, publish } from '@cpm/runtime-decider';
import { DEFAULT_POLICY, type CpmAddress } from '@cpm/vocabulary';
import type { Access, AccessCommand, AccessEvent, Occasion } from './access.js';
import { countsOfAccess } from './access.counts.js';
import { accessDecider } from './access.decider.js';
import { endOf, isConnection, type Evidence } from './evidence.js';
import { accessTimers } from './timers.js';
import { saysWatch } from '../network-subscription/watch-primary.js';

export function occasionOf({ now, policy }: DecisionContext): Occasion {
  return { now, policy };
}

function changedAccess(event: AccessEvent, { id }: Pick<DecisionContext, 'id'>): readonly Reaction[] {
  if (event.type !== 'DeviceAccessChanged') return [];
  const { type: _type, ...change } = event;
  return [publish(AccessChanged, { user: id as CpmAddress, ...change })];
}

/** What the default policy says: that of their time is not known any more. */
const SILENT_AFTER_MS = DEFAULT_POLICY['access.staleAfterSec'] * 1_000;

/** Before, words without an end were believed for ever. One that has run out since ends by the next timer, so that others hear of it. */
function dated(stored: Access): Access {
  if (stored.isDated) return stored;
  const isEndless = (entry: Evidence) => endOf(entry) === Infinity && !isConnection(entry);
  const ended = (entry: Evidence): Evidence => ({ ...entry, staleAt: Math.max(entry.observedAt + SILENT_AFTER_MS, stored.judgedAt + 1) });
  return { ...stored, isDated: true, book: { ...stored.book, entries: stored.book.entries.map((entry) => (isEndless(entry) ? ended(entry) : entry)) } };
}

/** How one user's devices can be reached. The id is his CPM Address. */
export const access = defineAggregate<AccessCommand, Access, AccessEvent>({
  name: 'access',
  decider: accessDecider,
  upgrade: dated,
  ownerOf: (id) => id,
  react: (event, _after, context) => [...changedAccess(event, context), ...saysWatch(event, context)],
  countsOf: countsOfAccess,
  timersOf: accessTimers,
  whenDue: (_, context) => ({ type: 'Elapse', ...occasionOf(context) }),
});
