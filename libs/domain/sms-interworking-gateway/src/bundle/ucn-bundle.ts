import type { CpmAddress, DeviceId, Instant } from '@cpm/vocabulary';
import type { OfferUcn } from '@cpm/contracts-sms-interworking-gateway';

/** A notification that was offered, with what a text may tell of its message. */
export type OfferedUcn = OfferUcn['ucn'];
export type UcnKey = Pick<OfferedUcn, 'messageId' | 'attempt'>;

/** Begins when a notification leaves; what comes until it ends is told together. */
export interface UcnWindow {
  readonly endsAt: Instant;
  /** In the order in which they came. */
  readonly collected: readonly OfferedUcn[];
}

/** A summary that left, and which of its messages are still worth telling of. */
export interface SentSummary {
  readonly summaryId: string;
  readonly sender: CpmAddress;
  readonly device: DeviceId;
  readonly open: readonly UcnKey[];
}

/** The notifications of one user that are told together. */
export interface UcnBundle {
  readonly window: UcnWindow | null;
  /** The last that came, whatever became of them: one that comes again is not told again. */
  readonly seen: readonly UcnKey[];
  readonly summaries: readonly SentSummary[];
  /** Summaries that left. */
  readonly number: number;
  readonly touchedAt: Instant;
}

export const NO_BUNDLE: UcnBundle = { window: null, seen: [], summaries: [], number: 0, touchedAt: 0 };

export type UcnBundleCommand = { readonly now: Instant } & (
  /** `windowMs` 0: it does not open one. */
  | { readonly type: 'Offer'; readonly ucn: OfferedUcn; readonly windowMs: number }
  | { readonly type: 'Withdraw'; readonly ucn: UcnKey; readonly reason: string }
  | { readonly type: 'EndWindow' }
);

export type UcnBundleEvent = { readonly at: Instant } & (
  | { readonly type: 'UcnReleased'; readonly ucn: UcnKey }
  | { readonly type: 'WindowOpened'; readonly endsAt: Instant }
  | { readonly type: 'UcnCollected'; readonly ucn: OfferedUcn }
  | { readonly type: 'UcnWithdrawn'; readonly ucn: UcnKey; readonly reason: string }
  | { readonly type: 'WindowEnded' }
  | { readonly type: 'SummarySent'; readonly number: number; readonly summaryId: string; readonly covered: readonly OfferedUcn[] }
  | { readonly type: 'SummaryLeft'; readonly summaryId: string; readonly ucn: UcnKey }
  /** Nothing that it tells of is waited for any more. */
  | { readonly type: 'SummaryObsolete'; readonly summary: SentSummary; readonly reason: string }
);

/** A summary tells of so many at most: each of its messages names all of them in the store. */
export const MOST_COVERED = 100;
const SEEN_KEPT = 256;
/** Of older ones it is not known any more what they told of. */
const SUMMARIES_KEPT = 8;

export function evolveUcnBundle(state: UcnBundle, event: UcnBundleEvent): UcnBundle {
  return { ...evolve(state, event), touchedAt: event.at };
}

function evolve(state: UcnBundle, event: UcnBundleEvent): UcnBundle {
  const { window, summaries } = state;
  switch (event.type) {
    case 'UcnReleased':
      return { ...state, seen: withSeen(state.seen, event.ucn) };
    case 'WindowOpened':
      return { ...state, window: { endsAt: event.endsAt, collected: [] } };
    case 'UcnCollected':
      return { ...state, seen: withSeen(state.seen, event.ucn), window: window && { ...window, collected: [...without(window.collected, event.ucn), event.ucn] } };
    case 'UcnWithdrawn':
      return { ...state, window: window && { ...window, collected: without(window.collected, event.ucn) } };
    case 'WindowEnded':
      return { ...state, window: null };
    case 'SummarySent':
      return { ...state, number: event.number, summaries: [...summaries, summaryOf(event)].slice(-SUMMARIES_KEPT) };
    case 'SummaryLeft':
      return { ...state, summaries: summaries.map((one) => (one.summaryId === event.summaryId ? { ...one, open: without(one.open, event.ucn) } : one)) };
    case 'SummaryObsolete':
      return { ...state, summaries: summaries.filter(({ summaryId }) => summaryId !== event.summary.summaryId) };
  }
}

function summaryOf({ summaryId, covered }: Extract<UcnBundleEvent, { type: 'SummarySent' }>): SentSummary {
  const { sender, device } = covered.at(-1) as OfferedUcn;
  return { summaryId, sender, device, open: covered.map(({ messageId, attempt }) => ({ messageId, attempt })) };
}

function withSeen(seen: readonly UcnKey[], { messageId, attempt }: UcnKey): readonly UcnKey[] {
  return [...without(seen, { messageId }), { messageId, attempt }].slice(-SEEN_KEPT);
}

function without<Key extends UcnKey>(all: readonly Key[], { messageId }: Pick<UcnKey, 'messageId'>): readonly Key[] {
  return all.filter((one) => one.messageId !== messageId);
}

export function isSame(one: UcnKey, other: UcnKey): boolean {
  return one.messageId === other.messageId && one.attempt === other.attempt;
}
