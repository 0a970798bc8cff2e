import type { CpmAddress, DeviceId, Instant } from '@cpm/vocabulary';
import type { SmsReceived, SubmitGroupSms, SubmitSms } from '@cpm/contracts-sms-interworking-gateway';
import { evolveOptOuts, NO_OPT_OUTS, scopeOf, type OptOuts, type OptWords } from './opt-outs.js';
import { evolvePartialTexts, type PartialText } from './partial-text.js';

/** A text of one sender for the Primary, as routing asked for it. */
export type PersonText = Omit<SubmitSms, 'at'> & { readonly sessionId?: undefined };
/** A text of a group session for the Primary. */
export type GroupText = Omit<SubmitGroupSms, 'at'> & { readonly source?: undefined };
export type InboundText = Omit<SmsReceived, 'user'>;

/**
 * Towards one user a number stands for one group session (`sessionId`) or one sender (`party`): a number of the pool, or the
 * sender's own. What was last said there says where an answer belongs.
 */
export interface Lease {
  readonly number: string;
  readonly sessionId?: string | undefined;
  readonly party?: CpmAddress | undefined;
  readonly conversationId: string;
  readonly contributionId: string;
  /** The Primary that the texts went to. */
  readonly device: DeviceId;
  readonly usedAt: Instant;
}

/** What numbers stand for towards one user, the texts of which only parts have come from him, and whom he wants no SMS of. */
export interface Leases {
  /** Used longest ago first. */
  readonly leases: readonly Lease[];
  /** Oldest first. */
  readonly partialTexts: readonly PartialText[];
  readonly optOuts: OptOuts;
  /** The last texts that came whole, oldest first: where an SMSC delivers one again, it is known. */
  readonly lastWholes: readonly WholeText[];
  /** Texts that came from the user and were passed on or put aside. */
  readonly counter: number;
  readonly touchedAt: Instant;
}

export interface WholeText {
  readonly print: string;
  /** When it reached the gateway. */
  readonly heardAt: Instant;
}

export const NO_LEASES: Leases = { leases: [], partialTexts: [], optOuts: NO_OPT_OUTS, lastWholes: [], counter: 0, touchedAt: 0 };

/** How long a lease lives unused. */
export const LEASE_LIFE_MS = 30 * 86_400_000;
/** Senders whose numbers are remembered: whoever wrote longest ago is forgotten. */
export const SENDERS_KEPT = 256;
/** A handset sends one text after the other: an SMSC has no more than these to deliver again. */
export const WHOLES_KEPT = 16;

export type LeasesCommand = { readonly now: Instant } & (
  | { readonly type: 'Submit'; readonly text: GroupText | PersonText; readonly pool: readonly string[] }
  | ({ readonly type: 'Receive'; readonly inbound: InboundText; readonly words: OptWords } & Life)
  | ({ readonly type: 'ForgetParts' } & Life)
);

/** How long a text of the user is worth delivering. */
interface Life {
  readonly lifeMs: number;
}

/** A text for the other participants of a session, or for one sender. */
export interface TakenText {
  /** Counts the user's texts. */
  readonly number: number;
  readonly text: string;
  readonly sentAt: Instant;
  readonly expiresAt: Instant;
}

export type LeasesEvent = { readonly at: Instant } & (
  /** `source` absent: it goes from the sender's number, or from his name where he has none. `lease` absent: an answer is nobody's. */
  | { readonly type: 'TextAddressed'; readonly text: GroupText | PersonText; readonly source?: string; readonly lease?: Lease }
  | { readonly type: 'WholeReceived'; readonly whole: WholeText }
  | { readonly type: 'PartKept'; readonly key: string; readonly inbound: InboundText; readonly part: NonNullable<InboundText['part']>; readonly scope: string }
  | { readonly type: 'TextJoined'; readonly key: string }
  | { readonly type: 'PartsForgotten'; readonly key: string }
  | { readonly type: 'TextTaken'; readonly lease: Lease; readonly taken: TakenText }
  | { readonly type: 'NotForConversation'; readonly number: number; readonly inbound: InboundText; readonly reason: string }
  | { readonly type: 'OptedOut'; readonly scope: 'all' | { readonly of: string } }
  | { readonly type: 'OptedIn'; readonly scope: string }
);

/** What an earlier version stored: it knew the last whole text only, and not when it came. */
export function upgradeLeases({ lastWhole, ...stored }: Leases & { readonly lastWhole?: string }): Leases {
  const known = lastWhole === undefined ? {} : { lastWholes: [{ print: lastWhole, heardAt: stored.touchedAt }] };
  return { ...NO_LEASES, ...known, ...stored };
}

export function evolveLeases(state: Leases, event: LeasesEvent): Leases {
  return { ...evolve(state, event), touchedAt: event.at };
}

function evolve(state: Leases, event: LeasesEvent): Leases {
  switch (event.type) {
    case 'TextAddressed':
      return event.lease === undefined ? state : { ...state, leases: withUsed(state.leases, event.lease) };
    case 'TextTaken':
      return { ...state, leases: withUsed(state.leases, { ...event.lease, usedAt: event.at }), counter: event.taken.number };
    case 'WholeReceived':
      return { ...state, lastWholes: [...state.lastWholes, event.whole].slice(-WHOLES_KEPT) };
    case 'NotForConversation':
      return { ...state, counter: event.number };
    case 'OptedOut':
    case 'OptedIn':
      return { ...state, optOuts: evolveOptOuts(state.optOuts, event) };
    case 'PartsForgotten':
    case 'PartKept':
    case 'TextJoined':
      return { ...state, partialTexts: evolvePartialTexts(state.partialTexts, event) };
  }
}

/** A number has one lease: whoever had it before has lost it. */
function withUsed(leases: readonly Lease[], used: Lease): readonly Lease[] {
  const others = liveLeases(leases, used.usedAt).filter(({ number }) => number !== used.number);
  const senders = others.filter(({ party }) => party !== undefined);
  const forgotten = new Set(senders.slice(0, Math.max(0, senders.length - SENDERS_KEPT + 1)));
  return [...others.filter((lease) => !forgotten.has(lease)), used];
}

export function liveLeases(leases: readonly Lease[], now: Instant): readonly Lease[] {
  return leases.filter(({ usedAt }) => now < usedAt + LEASE_LIFE_MS);
}

export function leaseOf(leases: readonly Lease[], number: string, now: Instant): Lease | undefined {
  return liveLeases(leases, now).find((lease) => lease.number === number);
}

/** The number still stands for what it stood for. */
export function leaseFor(leases: readonly Lease[], { to, scope }: Pick<PartialText, 'to' | 'scope'>, now: Instant): Lease | undefined {
  const lease = leaseOf(leases, to, now);
  return lease && scopeOf(lease) === scope ? lease : undefined;
}
