import type { DeviceId, Instant } from '@cpm/vocabulary';
import type { SmsReceived, SubmitGroupSms } from '@cpm/contracts-sms-interworking-gateway';
import { evolvePartialTexts, type PartialText } from './partial-text.js';

/** A text of a group session for the Primary, as routing asked for it. */
export type GroupText = Omit<SubmitGroupSms, 'at'>;
export type InboundText = Omit<SmsReceived, 'user'>;

/** A number of the pool stands for one group session towards one user; what was last said there says where an answer belongs. */
export interface Lease {
  readonly number: string;
  readonly sessionId: string;
  readonly conversationId: string;
  readonly contributionId: string;
  /** The Primary that the texts went to. */
  readonly device: DeviceId;
  readonly usedAt: Instant;
}

/** The numbers that stand for group sessions towards one user, and the texts of which only parts have come from him. */
export interface Leases {
  /** Used longest ago first. */
  readonly leases: readonly Lease[];
  /** Oldest first. */
  readonly partialTexts: readonly PartialText[];
  /** Texts that came from the user and were passed on or put aside. */
  readonly counter: number;
  readonly touchedAt: Instant;
}

export const NO_LEASES: Leases = { leases: [], partialTexts: [], counter: 0, touchedAt: 0 };

/** How long a lease lives unused. */
export const LEASE_LIFE_MS = 30 * 86_400_000;

export type LeasesCommand = { readonly now: Instant } & (
  | { readonly type: 'Submit'; readonly text: GroupText; readonly pool: readonly string[] }
  /** `lifeMs`: how long the text is worth delivering to the other participants. */
  | { readonly type: 'Receive'; readonly inbound: InboundText; readonly lifeMs: number }
  | { readonly type: 'ForgetParts' }
);

/** A text for the other participants of a session. */
export interface TakenText {
  /** Counts the user's texts. */
  readonly number: number;
  readonly text: string;
  readonly sentAt: Instant;
  readonly expiresAt: Instant;
}

export type LeasesEvent = { readonly at: Instant } & (
  /** `source` absent: there is no number to lease. */
  | { readonly type: 'GroupTextAddressed'; readonly text: GroupText; readonly source?: string }
  | { readonly type: 'PartKept'; readonly key: string; readonly inbound: InboundText; readonly part: NonNullable<InboundText['part']> }
  | { readonly type: 'TextJoined'; readonly key: string }
  | { readonly type: 'PartsForgotten'; readonly number: number; readonly partialText: PartialText }
  | { readonly type: 'TextTaken'; readonly lease: Lease; readonly taken: TakenText }
  | { readonly type: 'NotForConversation'; readonly number: number; readonly inbound: InboundText; readonly reason: string }
);

export function evolveLeases(state: Leases, event: LeasesEvent): Leases {
  return { ...evolve(state, event), touchedAt: event.at };
}

function evolve(state: Leases, event: LeasesEvent): Leases {
  switch (event.type) {
    case 'GroupTextAddressed':
      return event.source === undefined ? state : { ...state, leases: withUsed(state.leases, leaseFor(event.text, event.source, event.at)) };
    case 'TextTaken':
      return { ...state, leases: withUsed(state.leases, { ...event.lease, usedAt: event.at }), counter: event.taken.number };
    case 'NotForConversation':
      return { ...state, counter: event.number };
    case 'PartsForgotten':
      return { ...state, counter: event.number, partialTexts: evolvePartialTexts(state.partialTexts, event) };
    case 'PartKept':
    case 'TextJoined':
      return { ...state, partialTexts: evolvePartialTexts(state.partialTexts, event) };
  }
}

function leaseFor({ sessionId, conversationId, contributionId, device }: GroupText, number: string, usedAt: Instant): Lease {
  return { number, sessionId, conversationId, contributionId, device, usedAt };
}

/** A number has one lease: whoever had it before has lost it. */
function withUsed(leases: readonly Lease[], used: Lease): readonly Lease[] {
  return [...liveLeases(leases, used.usedAt).filter(({ number }) => number !== used.number), used];
}

export function liveLeases(leases: readonly Lease[], now: Instant): readonly Lease[] {
  return leases.filter(({ usedAt }) => now < usedAt + LEASE_LIFE_MS);
}

export function leaseOf(leases: readonly Lease[], number: string, now: Instant): Lease | undefined {
  return liveLeases(leases, now).find((lease) => lease.number === number);
}
