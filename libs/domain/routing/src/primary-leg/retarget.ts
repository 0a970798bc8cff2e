import type { Instant } from '@cpm/vocabulary';
import type { Deliberation } from '../delivery/deliberation.js';
import { isFinal, isPushed, isTaking, isTextOnTheWay, ucnOf, type Leg } from '../delivery/leg.js';
import { primaryOf } from '../profile/profile.js';

/** CPM-MLD-027: the SIM moved to another device, so the open Primary leg goes there. A text on its way reaches the SIM anyhow. */
export function retargetPrimary(deliberation: Deliberation): void {
  const primary = primaryOf(deliberation.profile);
  const { legs } = deliberation.state;
  const leg = legs.find(({ role }) => role === 'primary');
  if (!primary || !leg || leg.device === primary.id || isFinal(leg) || isTaking(leg) || isTextOnTheWay(leg)) return;
  const other = legs.find(({ device }) => device === primary.id);
  const moved = !other || other.state === 'SKIPPED' ? moveTo(deliberation, leg, primary.id) : exchangeRoles(deliberation, leg, other);
  if (moved) deliberation.record({ type: 'PrimaryChanged', legs: moved, from: leg.device, to: primary.id });
}

/** The new Primary has no leg of its own, or one that ended without content: it takes over the Primary's. */
function moveTo(deliberation: Deliberation, leg: Leg, device: Leg['device']): readonly Leg[] {
  if (isPushed(leg)) deliberation.withdraw(leg.device);
  const ucn = ucnOf(leg);
  const waiting = ucn
    ? ({ state: ucn, form: 'UCN' } as const)
    : ({ state: 'DEFERRED', form: 'DEFER' } as const);
  const { textStays: _textStays, failures: _failures, ...same } = leg;
  const moved: Leg = {
    ...same, ...waiting, device, reason: 'primary-changed', since: deliberation.now, dueAt: null, ucn: null,
    pushed: false, tried: false, doubted: null, refused: null,
  };
  return deliberation.state.legs.filter((other) => other.device !== device).map((other) => (other === leg ? moved : other));
}

/** Both devices have a leg: they exchange roles, and what was tried by SMS goes along. A UCN that is out stays where it is. */
function exchangeRoles(deliberation: Deliberation, leg: Leg, other: Leg): readonly Leg[] | undefined {
  const { state, now, policy } = deliberation;
  if (ucnOf(leg)) return undefined;
  // The frame a Secondary never acknowledged must not wait on a Primary that may now get an SMS.
  if (other.pushed && !isFinal(other) && !isPushed(other)) deliberation.withdraw(other.device);
  const dueAt: Instant | null = other.state === 'PUSHED' && state.contest === null ? now + policy['ip.pushTimeoutSec'] * 1000 : other.dueAt;
  const promoted: Leg = { ...other, role: 'primary', dueAt, attempt: leg.attempt, uncertain: leg.uncertain };
  const demoted: Leg = { ...leg, role: 'secondary', dueAt: null };
  return state.legs.map((each) => (each === leg ? demoted : each === other ? promoted : each));
}
