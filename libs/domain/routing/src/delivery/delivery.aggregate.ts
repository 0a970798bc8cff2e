import type { DeviceId } from '@cpm/vocabulary';
import { defineAggregate, type DecisionContext, type Timers } from '@cpm/runtime-decider';
import { profile, type Profile } from '../profile/profile.js';
import { deliveryDecider } from './delivery.decider.js';
import { countsOfDelivery } from './delivery.counts.js';
import { KEPT_AFTER_EXPIRY_MS, messageOf, ownerOf } from './delivery-id.js';
import { journalOfDelivery } from './delivery.journal.js';
import type { Delivery, DeliveryCommand, DeliveryEvent, OfferedDelivery } from './delivery.js';
import { reactToDelivery } from './delivery.reactions.js';
import { isFinal, type Leg, type LegState } from './leg.js';

const EXPIRY = 'expiry';

function isOpen(delivery: Delivery): boolean {
  return delivery.stage === 'offered' && delivery.legs.some((leg) => !isFinal(leg));
}

/** Expiry matters while a leg is open, and where nothing arrived yet although every leg has ended. */
function awaitsExpiry(delivery: OfferedDelivery): boolean {
  const { overdue, revoked, delivered, failed } = delivery;
  return !overdue && !revoked && (!(delivered || failed) || isOpen(delivery));
}

const WAIT: Readonly<Partial<Record<LegState, string>>> = { HELD: 'cpm-wait', DEFERRED: 'next-try', INTERRUPTED: 'resumption' };

/** What is waited for, and the device. */
function timerOf({ state, reason, device }: Leg): string {
  if (reason === 'quiet-hours') return `quiet-hours|${device}`;
  return `${WAIT[state] ?? 'push-timeout'}|${device}`;
}

function timersOf(delivery: Delivery): Timers {
  const timers: Record<string, number> = {};
  if (delivery.stage === 'none') return timers;
  if (awaitsExpiry(delivery)) timers[EXPIRY] = delivery.message.expiresAt;
  for (const leg of delivery.legs) if (leg.dueAt !== null) timers[timerOf(leg)] = leg.dueAt;
  return timers;
}

export function circumstancesOf({ now, policy, view }: DecisionContext<Profile>) {
  return { now, policy, profile: view };
}

function whenDue(timer: string, context: DecisionContext<Profile>): DeliveryCommand {
  const circumstances = circumstancesOf(context);
  if (timer === EXPIRY) return { type: 'Expire', ...circumstances };
  return { type: 'EndWait', device: timer.slice(timer.indexOf('|') + 1) as DeviceId, ...circumstances };
}

function removableAt(delivery: Delivery): number | undefined {
  if (delivery.stage === 'none') return delivery.touchedAt === null ? undefined : delivery.touchedAt + KEPT_AFTER_EXPIRY_MS;
  // An SMS whose outcome never came does not keep an expired message for ever.
  return isOpen(delivery) && !delivery.overdue ? undefined : delivery.message.expiresAt + KEPT_AFTER_EXPIRY_MS;
}

/** One message for one recipient: id `recipient|messageId`. */
export const delivery = defineAggregate<DeliveryCommand, Delivery, DeliveryEvent, Profile>({
  name: 'delivery',
  decider: deliveryDecider,
  react: reactToDelivery,
  ownerOf,
  messageOf,
  isOfOneMessage: true,
  view: { aggregate: profile, idOf: ownerOf },
  timersOf,
  whenDue,
  journalOf: journalOfDelivery,
  countsOf: countsOfDelivery,
  isOpen,
  removableAt,
});
