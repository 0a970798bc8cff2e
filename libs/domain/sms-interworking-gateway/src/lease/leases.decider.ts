import { MAX_INLINE_BYTES, type Instant } from '@cpm/vocabulary';
import type { Decider } from '@cpm/runtime-decider';
import { evolveLeases, leaseOf, liveLeases, NO_LEASES, type InboundText, type Lease, type Leases, type LeasesCommand, type LeasesEvent } from './leases.js';
import { PARTIAL_TEXTS_KEPT, partialTextKey, PARTS_LIFE_MS, roleOf, wholeOf, type PartialText } from './partial-text.js';

type Of<Type extends LeasesCommand['type']> = Extract<LeasesCommand, { type: Type }>;
type Receive = Of<'Receive'>;
type Part = NonNullable<InboundText['part']>;

/** Which number a group session has towards one user, and which session a text of his is for. */
export const leasesDecider: Decider<LeasesCommand, Leases, LeasesEvent> = {
  initial: NO_LEASES,
  decide: (command, state) => {
    switch (command.type) {
      case 'Submit':
        return address(command, state);
      case 'Receive':
        return conclude(state, (known) => forgetOverdue(command.now, known), (known) => take(command, known));
      case 'ForgetParts':
        return forgetOverdue(command.now, state);
    }
  },
  evolve: evolveLeases,
};

/** Collects events, each seen by those that follow. */
function conclude(state: Leases, ...steps: readonly ((state: Leases) => readonly LeasesEvent[])[]): readonly LeasesEvent[] {
  const events: LeasesEvent[] = [];
  let now = state;
  for (const step of steps) {
    const next = step(now);
    events.push(...next);
    now = next.reduce(evolveLeases, now);
  }
  return events;
}

function address({ text, pool, now: at }: Of<'Submit'>, { leases }: Leases): readonly LeasesEvent[] {
  const source = numberFor(text.sessionId, liveLeases(leases, at), pool);
  return [{ type: 'GroupTextAddressed', text, ...(source !== undefined && { source }), at }];
}

/** A number that the operator took out of the pool is not sent from any more; answers to it still find their session. */
function numberFor(sessionId: string, leases: readonly Lease[], pool: readonly string[]): string | undefined {
  const offered = new Set(pool);
  const usable = leases.filter(({ number }) => offered.has(number));
  const kept = usable.findLast((lease) => lease.sessionId === sessionId);
  if (kept) return kept.number;
  const taken = new Set(usable.map(({ number }) => number));
  return pool.find((number) => !taken.has(number)) ?? usable[0]?.number;
}

function take(command: Receive, state: Leases): readonly LeasesEvent[] {
  const { inbound, now } = command;
  const lease = leaseOf(state.leases, inbound.to, now);
  if (!lease) return [putAside(inbound, 'the number is not leased to a session of its sender', { state, at: now })];
  return isPart(inbound.part) ? takePart(command, inbound.part, lease, state) : takeText(command, inbound.text, lease, state);
}

/** A place outside the text says nothing, as in a header that does not fit. */
function isPart(part: InboundText['part']): part is Part {
  return part !== undefined && part.total > 1 && part.number >= 1 && part.number <= part.total;
}

function takePart(command: Receive, part: Part, lease: Lease, state: Leases): readonly LeasesEvent[] {
  const { inbound, now: at } = command;
  const key = partialTextKey(part, lease);
  const known = state.partialTexts.find((text) => text.key === key);
  const role = roleOf(part, inbound.text, known);
  if (role === 'repeated') return [];
  const inTheWay = known ? (role === 'contradicting' ? known : undefined) : surplusOf(state);
  return conclude(
    state,
    (before) => (inTheWay ? [forgotten(inTheWay, before, at)] : []),
    () => [{ type: 'PartKept', key, inbound, part, at }],
    (kept) => join(command, key, lease, kept),
  );
}

function surplusOf({ partialTexts }: Leases): PartialText | undefined {
  return partialTexts.length < PARTIAL_TEXTS_KEPT ? undefined : partialTexts[0];
}

function join(command: Receive, key: string, lease: Lease, state: Leases): readonly LeasesEvent[] {
  const known = state.partialTexts.find((text) => text.key === key);
  const whole = known && wholeOf(known);
  if (whole === undefined) return [];
  return [{ type: 'TextJoined', key, at: command.now }, ...takeText(command, whole, lease, state)];
}

function takeText({ inbound, lifeMs, now: at }: Receive, words: string, lease: Lease, state: Leases): readonly LeasesEvent[] {
  const text = words.toWellFormed();
  // Whoever writes so much by SMS has no content store to put it in.
  if (utf8Length(text) > MAX_INLINE_BYTES) return [putAside({ to: inbound.to, text, at: inbound.at }, 'the text is too long', { state, at })];
  const taken = { number: state.counter + 1, text, sentAt: inbound.at, expiresAt: inbound.at + lifeMs };
  return [{ type: 'TextTaken', lease, taken, at }];
}

function putAside(inbound: InboundText, reason: string, { state, at }: { readonly state: Leases; readonly at: Instant }): LeasesEvent {
  return { type: 'NotForConversation', number: state.counter + 1, inbound, reason, at };
}

function forgetOverdue(now: Instant, state: Leases): readonly LeasesEvent[] {
  const overdue = state.partialTexts.filter(({ firstAt }) => firstAt + PARTS_LIFE_MS <= now);
  return conclude(state, ...overdue.map((text) => (before: Leases) => [forgotten(text, before, now)]));
}

function forgotten(partialText: PartialText, { counter }: Leases, at: Instant): LeasesEvent {
  return { type: 'PartsForgotten', number: counter + 1, partialText, at };
}

export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
