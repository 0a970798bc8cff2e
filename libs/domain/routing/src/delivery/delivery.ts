import { serviceOf, type AccessState, type CpmAddress, type DeviceId, type DeviceRole, type DispositionRequest, type Instant, type Message, type MessageService, type Policy, type SessionBinding, type SessionEnd } from '@cpm/vocabulary';
import type { DispositionEvidence } from '@cpm/contracts-report-aggregation';
import type { AnswerFileTransfer, OfferAnswer, OfferMessage, RebindDelivery, ReportDisposition, ReportFileProgress, RevokeMessage } from '@cpm/contracts-routing';
import type { SmsProgress } from '@cpm/contracts-sms-interworking-gateway';
import { firstWins, OPEN_CONTEST, type Contest, type ContestEvent } from '../first-wins/first-wins.js';
import type { Profile } from '../profile/profile.js';
import { LEG_TRANSITIONS, type Leg, type LegState } from './leg.js';

/** What every decision about a delivery may look at. */
export interface Circumstances {
  readonly now: Instant;
  readonly policy: Policy;
  readonly profile: Profile;
}

export type DeliveryCommand = Circumstances &
  (
    | { readonly type: 'Offer'; readonly offer: OfferMessage }
    | { readonly type: 'Reconsider'; readonly device?: DeviceId }
    | { readonly type: 'EndWait'; readonly device: DeviceId }
    | { readonly type: 'Expire' }
    | { readonly type: 'TrackSms'; readonly progress: SmsProgress }
    | { readonly type: 'Report'; readonly report: ReportDisposition }
    | { readonly type: 'Revoke'; readonly revocation: RevokeMessage }
    | { readonly type: 'Rebind'; readonly rebinding: RebindDelivery }
    | { readonly type: 'AnswerOffer'; readonly answer: AnswerFileTransfer }
    | { readonly type: 'TrackFile'; readonly progress: ReportFileProgress }
  );

export type EvidenceItem = DispositionEvidence['items'][number];
export type RevocationOutcome = 'revoked' | 'too-late' | 'unknown';
export type Unreachable = 'unknown-subscriber' | 'subscriber-removed' | 'no-device' | 'expired';

export type DeliveryEvent =
  | { readonly type: 'MessageOffered'; readonly offer: OfferMessage; readonly unreachable: Unreachable | null }
  | { readonly type: 'OfferRefused'; readonly sender: CpmAddress; readonly originDevice: DeviceId; readonly service: MessageService; readonly requested: readonly DispositionRequest[] }
  | { readonly type: 'NothingKnown'; readonly at: Instant }
  /** The access that the moves of this decision follow, of the device whose access had changed. */
  | { readonly type: 'AccessFollowed'; readonly device: DeviceId; readonly role: DeviceRole; readonly ip: AccessState; readonly cs: AccessState; readonly because: string }
  | { readonly type: 'LegMoved'; readonly leg: Leg; readonly from: LegState }
  | { readonly type: 'PrimaryChanged'; readonly legs: readonly Leg[]; readonly from: DeviceId; readonly to: DeviceId }
  | { readonly type: 'FramesPushed'; readonly form: 'FULL' | 'NOTIFY'; readonly devices: readonly DeviceId[] }
  | { readonly type: 'FramesWithdrawn'; readonly devices: readonly DeviceId[] }
  | { readonly type: 'TextRequested'; readonly form: 'SMS' | 'UCN'; readonly device: DeviceId; readonly attempt: number }
  | { readonly type: 'TextCancelled'; readonly device: DeviceId; readonly attempt: number; readonly reason: string }
  | { readonly type: 'PushUnanswered'; readonly device: DeviceId }
  | { readonly type: 'EvidenceFound'; readonly items: readonly EvidenceItem[] }
  | { readonly type: 'ReportIgnored'; readonly device: DeviceId; readonly status: string; readonly reason: 'not-participant' | 'not-accepted' }
  | { readonly type: 'Rebound'; readonly binding: SessionBinding }
  | { readonly type: 'ContestDecided'; readonly decision: ContestEvent }
  /** `auto`: the device did so by itself, so it is told that it has. */
  | { readonly type: 'OfferAccepted'; readonly device: DeviceId; readonly auto: boolean }
  | { readonly type: 'OfferWithdrawn'; readonly devices: readonly DeviceId[]; readonly reason: SessionEnd; readonly by?: DeviceId }
  | { readonly type: 'OfferEnded'; readonly reason: OfferEnd }
  | { readonly type: 'OfferAnswered'; readonly commandId: string; readonly answer: OfferAnswer; readonly at: Instant }
  | { readonly type: 'MessageSeen'; readonly device: DeviceId; readonly reported?: true; readonly at: Instant }
  | { readonly type: 'DeliveryExpired' }
  | { readonly type: 'DeliveryRevoked'; readonly pushedTo: readonly DeviceId[] }
  | { readonly type: 'RevocationAnswered'; readonly revocation: RevokeMessage; readonly outcome: RevocationOutcome; readonly at: Instant };

/** How the transfer of a file to one recipient ended, as its sender is told. */
export type OfferEnd = 'completed' | 'rejected' | 'expired' | 'cancelled-by-sender' | 'unavailable';

/** A message on its way to one recipient. */
export interface OfferedDelivery {
  readonly stage: 'offered';
  readonly message: Message;
  readonly recipient: CpmAddress;
  /** Secondaries first. */
  readonly legs: readonly Leg[];
  /** Something proved that the recipient has it, or a UCN of it. */
  readonly delivered: boolean;
  readonly failed: boolean;
  /** The text left for the SMSC. */
  readonly interworked: boolean;
  /** The message's life is over: nothing new is sent, at most the outcome of an SMS is awaited. */
  readonly overdue: boolean;
  readonly revoked: boolean;
  /** Of a chat message: how its recipient takes part in the session. */
  readonly binding: SessionBinding | null;
  /** Of the offer of a file: which device takes it. */
  readonly contest: Contest | null;
}

/** `touchedAt`: something was said about a message that was not offered yet, epoch ms; `revocation`: somebody wanted it back. */
export type Delivery = { readonly stage: 'none'; readonly touchedAt: Instant | null; readonly revocation: RevokeMessage | null } | OfferedDelivery;

export const NO_DELIVERY: Delivery = { stage: 'none', touchedAt: null, revocation: null };

/** Applies one event. Throws on a leg transition that the life cycle does not have: a programming error. */
export function evolveDelivery(state: Delivery, event: DeliveryEvent): Delivery {
  if (event.type === 'MessageOffered') return offered(event.offer);
  if (state.stage === 'none') {
    if (!('at' in event)) return state;
    return { stage: 'none', touchedAt: event.at, revocation: event.type === 'RevocationAnswered' ? event.revocation : state.revocation };
  }
  return evolveOffered(state, event);
}

export function evolveOffered(state: OfferedDelivery, event: DeliveryEvent): OfferedDelivery {
  switch (event.type) {
    case 'LegMoved':
      return { ...state, legs: withLeg(state.legs, event.leg, event.from) };
    case 'PrimaryChanged':
      return { ...state, legs: event.legs };
    case 'EvidenceFound':
      return withEvidence(state, event.items);
    case 'DeliveryExpired':
      return { ...state, overdue: true };
    case 'DeliveryRevoked':
      return { ...state, revoked: true };
    case 'Rebound':
      return { ...state, binding: event.binding };
    case 'ContestDecided':
      return { ...state, contest: firstWins.evolve(state.contest ?? OPEN_CONTEST, event.decision) };
    default:
      return state;
  }
}

function offered({ message, recipient, binding }: OfferMessage): OfferedDelivery {
  const contest: Contest | null = serviceOf(message) === 'file-transfer' ? OPEN_CONTEST : null;
  return { stage: 'offered', message, recipient, legs: [], delivered: false, failed: false, interworked: false, overdue: false, revoked: false, binding: binding ?? null, contest };
}

function withLeg(legs: readonly Leg[], leg: Leg, from: LegState): readonly Leg[] {
  if (!LEG_TRANSITIONS[from].includes(leg.state)) throw new Error(`a leg cannot go from ${from} to ${leg.state}`);
  if (from === 'PLANNED') return [...legs, leg];
  const index = legs.findIndex(({ device }) => device === leg.device);
  if (legs[index]?.state !== from) throw new Error(`the leg of ${leg.device} is not ${from}`);
  return legs.with(index, leg);
}

function withEvidence(state: OfferedDelivery, items: readonly EvidenceItem[]): OfferedDelivery {
  let { delivered, failed, interworked } = state;
  for (const { status } of items) {
    if (status === 'delivered' || status === 'displayed') delivered = true;
    else if (status === 'failed') failed = true;
    else interworked = true;
  }
  return { ...state, delivered, failed, interworked };
}

export function initialOf(event: Extract<DeliveryEvent, { type: 'MessageOffered' }>): OfferedDelivery {
  return offered(event.offer);
}
