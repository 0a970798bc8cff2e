import { MAX_INLINE_BYTES, msisdnOf, type Instant } from '@cpm/vocabulary';
import { concluding, type Decider } from '@cpm/runtime-decider';
import { evolveLeases, leaseFor, leaseOf, liveLeases, NO_LEASES, type GroupText, type InboundText, type Lease, type Leases, type LeasesCommand, type LeasesEvent, type PersonText } from './leases.js';
import { optEventOf, scopeOf } from './opt-outs.js';
import { textPrint } from './text-print.js';
import { forgottenAt, PARTIAL_TEXTS_KEPT, partialTextKey, roleOf, wholeOf, wordsOf, type PartialText } from './partial-text.js';

type Of<Type extends LeasesCommand['type']> = Extract<LeasesCommand, { type: Type }>;
type Receive = Of<'Receive'>;
type Occasion = Pick<Receive, 'now' | 'lifeMs'>;
type Part = NonNullable<InboundText['part']>;

/** Which number a text goes from towards one user, and which session or sender a text of his is for. */
export const leasesDecider: Decider<LeasesCommand, Leases, LeasesEvent> = {
  initial: NO_LEASES,
  decide: (command, state) => {
    switch (command.type) {
      case 'Submit':
        return [address(command, state)];
      case 'Receive':
        return conclude(state, (known) => forgetOverdue(command, known), (known) => take(command, known));
      case 'ForgetParts':
        return forgetOverdue(command, state);
    }
  },
  evolve: evolveLeases,
};

const conclude = concluding(evolveLeases);

/**
 * A group has a number of the pool, and so has a sender without one; anybody else writes from his own, which the network brings
 * answers to here. A text that has its number already was addressed by an earlier version.
 */
function address({ text, pool, now: at }: Of<'Submit'>, { leases }: Leases): LeasesEvent {
  if (text.source !== undefined) return { type: 'TextAddressed', text, source: text.source, at };
  const own = text.sessionId === undefined ? msisdnOf(text.sender) : undefined;
  const leased = own === undefined ? numberFor(scopeOf({ sessionId: text.sessionId, party: text.sender }), liveLeases(leases, at), pool) : undefined;
  const lease = leaseBy(text, own ?? leased, at);
  return { type: 'TextAddressed', text, ...(leased !== undefined && { source: leased }), ...(lease && { lease }), at };
}

function leaseBy(text: GroupText | PersonText, number: string | undefined, usedAt: Instant): Lease | undefined {
  const { sessionId, conversationId, contributionId, device, sender } = text;
  if (number === undefined || conversationId === undefined || contributionId === undefined) return undefined;
  return { number, ...(sessionId === undefined ? { party: sender } : { sessionId }), conversationId, contributionId, device, usedAt };
}

/** A number that the operator took out of the pool is not sent from any more; answers to it still find their session. */
function numberFor(scope: string, leases: readonly Lease[], pool: readonly string[]): string | undefined {
  const offered = new Set(pool);
  const usable = leases.filter(({ number }) => offered.has(number));
  const kept = usable.findLast((lease) => scopeOf(lease) === scope);
  if (kept) return kept.number;
  const taken = new Set(usable.map(({ number }) => number));
  return pool.find((number) => !taken.has(number)) ?? usable[0]?.number;
}

/** A text belongs to the conversation that its number stands for towards its sender; one of the words to stop or start is no text for anybody. */
function take(command: Receive, state: Leases): readonly LeasesEvent[] {
  const { inbound, now: at } = command;
  const lease = leaseOf(state.leases, inbound.to, at);
  const part = isPart(inbound.part) ? inbound.part : undefined;
  if (part && lease) return takePart(command, part, lease, state);
  const print = textPrint(`${inbound.to} ${inbound.text}`);
  if (isRepeated(inbound, print, state)) return [];
  const opt = part ? undefined : optEventOf(inbound, lease, { ...state.optOuts, words: command.words, at });
  const { mayRepeat: _mayRepeat, repeatsSince: _since, ...text } = inbound;
  const fate = opt ? [opt] : lease ? takeText(command, text, lease, state) : [putAside(text, 'the number stands for nobody who wrote to its sender', { state, at })];
  return [{ type: 'WholeReceived', whole: { print, heardAt: inbound.at }, at }, ...fate];
}

/** The same words from before the doubt are another text, which the handset may well say again. */
function isRepeated({ mayRepeat, repeatsSince = 0 }: InboundText, print: string, { lastWholes }: Leases): boolean {
  return mayRepeat === true && lastWholes.some((known) => known.print === print && known.heardAt >= repeatsSince);
}

/** A place outside the text says nothing, as in a header that does not fit. */
function isPart(part: InboundText['part']): part is Part {
  return part !== undefined && part.total > 1 && part.number >= 1 && part.number <= part.total;
}

function takePart(command: Receive, part: Part, lease: Lease, state: Leases): readonly LeasesEvent[] {
  const { inbound, now: at } = command;
  const scope = scopeOf(lease);
  const key = partialTextKey(part, lease.number, scope);
  const known = state.partialTexts.find((text) => text.key === key);
  const role = roleOf(part, inbound.text, known);
  if (role === 'repeated') return [];
  if (isMissedElsewhere(part, inbound.to, scope, state)) return [putAside(inbound, 'its number stands for another than when its text began', { state, at })];
  const inTheWay = known ? (role === 'contradicting' ? known : undefined) : surplusOf(state);
  return conclude(
    state,
    (before) => (inTheWay ? forget(inTheWay, command, before) : []),
    () => [{ type: 'PartKept', key, inbound, part, scope, at }],
    (kept) => join(command, key, lease, kept),
  );
}

/** The part ends a text that was begun for whoever had the number before: its words are for nobody else. */
function isMissedElsewhere(part: Part, number: string, scope: string, { partialTexts }: Leases): boolean {
  return partialTexts.some((text) => text.scope !== scope && !text.joined && text.parts[part.number] === undefined && text.key === partialTextKey(part, number, text.scope ?? ''));
}

/** A text that was passed on is missed least. */
function surplusOf({ partialTexts }: Leases): PartialText | undefined {
  return partialTexts.length < PARTIAL_TEXTS_KEPT ? undefined : (partialTexts.find(({ joined }) => joined) ?? partialTexts[0]);
}

function join(command: Receive, key: string, lease: Lease, state: Leases): readonly LeasesEvent[] {
  const known = state.partialTexts.find((text) => text.key === key);
  const text = known && wholeOf(known);
  if (text === undefined) return [];
  return [{ type: 'TextJoined', key, at: command.now }, ...takeText(command, { ...command.inbound, text }, lease, state)];
}

function takeText({ lifeMs, now: at }: Occasion, inbound: Omit<InboundText, 'part'>, lease: Lease, state: Leases): readonly LeasesEvent[] {
  const text = inbound.text.toWellFormed();
  // Whoever writes so much by SMS has no content store to put it in.
  if (utf8Length(text) > MAX_INLINE_BYTES) return [putAside({ to: inbound.to, text, at: inbound.at }, 'the text is too long', { state, at })];
  return [{ type: 'TextTaken', lease, taken: { number: state.counter + 1, text, sentAt: inbound.at, expiresAt: at + lifeMs }, at }];
}

function putAside(inbound: InboundText, reason: string, { state, at }: { readonly state: Leases; readonly at: Instant }): LeasesEvent {
  return { type: 'NotForConversation', number: state.counter + 1, inbound, reason, at };
}

function forgetOverdue(occasion: Occasion, state: Leases): readonly LeasesEvent[] {
  const overdue = state.partialTexts.filter((text) => forgottenAt(text) <= occasion.now);
  return conclude(state, ...overdue.map((text) => (before: Leases) => forget(text, occasion, before)));
}

/** CPM-MLD-028a: what came of a text is passed on with a mark where parts are missing, once no more is awaited. */
function forget(partialText: PartialText, occasion: Occasion, state: Leases): readonly LeasesEvent[] {
  const { key, joined, to, firstAt } = partialText;
  const { now: at } = occasion;
  const gone: LeasesEvent = { type: 'PartsForgotten', key, at };
  if (joined) return [gone];
  const inbound = { to, text: wordsOf(partialText), at: firstAt };
  const lease = leaseFor(state.leases, partialText, at);
  return [gone, ...(lease ? takeText(occasion, inbound, lease, state) : [putAside(inbound, 'parts are missing', { state, at })])];
}

export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
