import { AccessChanged } from '@cpm/contracts-access-awareness';
import type { DecisionContext, Reaction } from '@cpm/runtime-decider';
import { defineAggregate, publish } from '@cpm/runtime-decider';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Access, AccessCommand, AccessEvent, Occasion } from './access.js';
import { accessDecider } from './access.decider.js';
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

/** How one user's devices can be reached. The id is his CPM Address. */
export const access = defineAggregate<AccessCommand, Access, AccessEvent>({
  name: 'access',
  decider: accessDecider,
  ownerOf: (id) => id,
  react: (event, _after, context) => [...changedAccess(event, context), ...saysWatch(event, context)],
  timersOf: accessTimers,
  whenDue: (_, context) => ({ type: 'Elapse', ...occasionOf(context) }),
});
