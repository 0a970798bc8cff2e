import type { CpmAddress, DeviceId, Instant, Policy } from '@cpm/vocabulary';
import type { OptOuts } from '../lease/opt-outs.js';
import type { CancelSms, HandsetCause, OfferUcn, SmscAccepted, SmscCancelled, SmscReceipt, SmscRefused, SmsProgress, UcnSummaryProgress } from '@cpm/contracts-sms-interworking-gateway';

export type SmsForm = SmsProgress['form'];
export type SegmentState = SmscReceipt['state'];
export type Retry = SmscRefused['retry'];

/** The address that a text was sent from, as the SMSC was told. */
export type SourceAddress = NonNullable<SmscAccepted['source']>;

/** A command_status that an SMSC refused the text with. */
export interface StatusRefusal {
  readonly smsc: string;
  readonly status: number;
}

/** How often an SMSC refused the text so: each SMSC has a limit for each status. */
export interface CountedRefusal extends StatusRefusal {
  readonly times: number;
}

/** A text for the Primary, as routing asked for it. `attempt` is routing's number of the try. */
export interface SmsRequest {
  readonly user: CpmAddress;
  readonly messageId: string;
  readonly sender: CpmAddress;
  readonly device: DeviceId;
  readonly attempt: number;
  readonly form: SmsForm;
  readonly text: string;
  /** MSISDN to send from; absent: the sender's own. */
  readonly source?: string | undefined;
  /** Languages whose GSM tables the text may use, so that every submission of it has the same parts; absent: none. */
  readonly nationalLanguages?: Policy['sms.nationalLanguages'] | undefined;
  /** The text has a place for a link that shows the message so often. */
  readonly link?: { readonly maxUses: number } | undefined;
  /** The group session that it belongs to. */
  readonly sessionId?: string | undefined;
  readonly expiresAt: Instant;
  /** A notification that may be told together with others, and what their text may say of it. */
  readonly offered?: Pick<OfferUcn['ucn'], 'contentType' | 'size' | 'language'> | undefined;
  /** The text is a summary that stands for these notifications. */
  readonly covered?: readonly CoveredUcn[] | undefined;
  /** Nobody's number may stand for all that it tells of. */
  readonly manySenders?: true | undefined;
}

export type CoveredUcn = Pick<UcnSummaryProgress, 'messageId' | 'attempt' | 'sender' | 'device'> & Pick<SmsRequest, 'sessionId'>;

export type SmsCommand = { readonly now: Instant } & (
  | { readonly type: 'Submit'; readonly request: SmsRequest; readonly optOuts: OptOuts }
  | { readonly type: 'Cancel'; readonly cancellation: CancelSms }
  | { readonly type: 'Accept'; readonly submission: number; readonly segmentIds: readonly string[]; readonly smsc?: string | undefined; readonly source?: SourceAddress | undefined }
  | { readonly type: 'Refuse'; readonly submission: number; readonly retry: Retry; readonly reason: string; readonly retryAfterMs?: number | undefined; readonly refused?: readonly StatusRefusal[] | undefined; readonly screened?: readonly CpmAddress[] | undefined }
  | { readonly type: 'TakeCancellation'; readonly submission: number; readonly outcome: SmscCancelled['outcome']; readonly reason: string; readonly dropped?: readonly string[] | undefined }
  | { readonly type: 'TakeReceipt'; readonly submission: number; readonly segmentId: string; readonly segments?: number; readonly state: SegmentState; readonly error?: string; readonly cause?: HandsetCause; readonly heardAt: Instant; readonly doneAt?: Instant | undefined }
  | { readonly type: 'Release'; readonly attempt: number; readonly optOuts: OptOuts }
  | { readonly type: 'SetAside'; readonly attempt: number; readonly reason: string }
  | { readonly type: 'FollowSummary'; readonly progress: UcnSummaryProgress }
  | { readonly type: 'EndWait'; readonly optOuts: OptOuts }
);

/**
 * One going to the SMSC. Its number is the gateway's own and counts over all attempts, so that evidence of one submission
 * is never taken for that of another. `segmentIds` null: the SMSC has not answered.
 */
export interface Submission {
  readonly number: number;
  readonly request: Pick<SmsRequest, 'attempt' | 'form' | 'device' | 'sender'>;
  readonly segmentIds: readonly string[] | null;
  /** The SMSC that accepted it; an earlier version did not note it. */
  readonly smsc?: string;
  /** The address that it was sent from, as a cancellation must name it again; an earlier version did not note it. */
  readonly source?: SourceAddress;
  /** How many segments it has, as a receipt told before the SMSC's answer was in. */
  readonly segments?: number;
  readonly reports: Readonly<Record<string, SegmentState>>;
  readonly delivered: boolean;
}

/** How an attempt ended. */
export type SmsOutcome = 'delivered' | 'failed' | 'unknown' | 'cancelled' | 'expired';

/** `offered`: whether it leaves alone or with others is not decided. */
export type SmsStatus = 'none' | 'offered' | 'waiting' | 'submitting' | 'submitted' | 'ended';

/** The texts of one message to one Primary: the attempt that counts, and the submissions that receipts may still come for. */
export interface Sms {
  readonly status: SmsStatus;
  readonly request: SmsRequest | null;
  /** Routing's number of the last attempt that is dealt with, asked for or cancelled before it was. */
  readonly attempt: number;
  /** When the gateway stops waiting for what it waits for, epoch ms. */
  readonly dueAt: Instant | null;
  /** Number of the last submission, from 1. */
  readonly number: number;
  /** Temporary refusals in a row. */
  readonly refusals: number;
  /** Which SMSCs refused this attempt and why; absent where none did. */
  readonly refusedBy?: readonly CountedRefusal[];
  /** Routing wants it back: it is not submitted again, and if it was, the SMSC is asked for it. */
  readonly cancelling: boolean;
  /** When the gateway stops waiting for the SMSC to drop it, epoch ms; absent or null: it was not asked, or has answered. */
  readonly cancelDueAt?: Instant | null;
  /** The submission should have been answered: only one that began too late still says so. */
  readonly answerOverdue?: boolean;
  /** The outcome of an earlier submission is unknown: the next one may be a duplicate. */
  readonly uncertain: boolean;
  readonly submissions: readonly Submission[];
  /** The last summary that stands for an attempt, and how far it is known to have come. */
  readonly summary?: Pick<UcnSummaryProgress, 'attempt' | 'summaryId'> & { readonly status: 'submitted' | 'delivered' };
  readonly touchedAt: Instant;
}

export const NO_SMS: Sms = {
  status: 'none', request: null, attempt: 0, dueAt: null, number: 0, refusals: 0, cancelling: false, uncertain: false, submissions: [], touchedAt: 0,
};

export type SmsEvent = { readonly at: Instant } & (
  | { readonly type: 'TextTaken'; readonly request: SmsRequest }
  | { readonly type: 'UcnOffered' }
  | { readonly type: 'SubmissionBegun'; readonly number: number; readonly dueAt: Instant; readonly mayRepeat: boolean }
  | { readonly type: 'SubmissionAccepted'; readonly number: number; readonly segmentIds: readonly string[]; readonly smsc?: string; readonly source?: SourceAddress }
  | { readonly type: 'AnswerOverdue'; readonly dueAt: Instant }
  | { readonly type: 'ReceiptAwaited'; readonly dueAt: Instant }
  | { readonly type: 'RetryPlanned'; readonly dueAt: Instant; readonly reason: string; readonly refused?: readonly StatusRefusal[] }
  | { readonly type: 'SegmentReported'; readonly number: number; readonly segmentId: string; readonly segments?: number; readonly state: SegmentState; readonly error?: string }
  | { readonly type: 'HandsetObserved'; readonly state: 'AVAILABLE' | 'UNAVAILABLE'; readonly cause?: HandsetCause; readonly observedAt: Instant }
  | { readonly type: 'TextDelivered'; readonly number: number }
  /** `spared`: notifications that its reason does not concern: each leaves as a text of its own. */
  | { readonly type: 'AttemptEnded'; readonly outcome: Exclude<SmsOutcome, 'delivered'>; readonly reason: string; readonly spared?: readonly CoveredUcn[] }
  /** Nothing need tell of it any more; `dueAt`: until when it is waited for whether something did. */
  | { readonly type: 'UcnWithdrawn'; readonly reason: string; readonly dueAt: Instant }
  | { readonly type: 'SummaryAdvanced'; readonly told: Omit<UcnSummaryProgress, 'status' | 'reason'>; readonly status: 'submitted' | 'delivered'; readonly dueAt: Instant }
  | { readonly type: 'CancellationTaken'; readonly reason: string }
  | { readonly type: 'CancellationSent'; readonly number: number; readonly smsc: string; readonly segmentIds: readonly string[]; readonly source?: SourceAddress; readonly dueAt: Instant }
  | { readonly type: 'CancellationRefused'; readonly reason: string }
  | { readonly type: 'UnseenCancelled'; readonly cancellation: CancelSms }
);

/** Receipts come within days; more submissions than these are not waited for. */
const SUBMISSIONS_KEPT = 8;

export function evolveSms(state: Sms, event: SmsEvent): Sms {
  return { ...evolve(state, event), touchedAt: event.at };
}

function evolve(state: Sms, event: SmsEvent): Sms {
  switch (event.type) {
    case 'TextTaken':
      return { ...state, status: 'waiting', request: event.request, attempt: event.request.attempt, dueAt: null, refusals: 0, refusedBy: [], cancelling: false };
    case 'UcnOffered':
      return { ...state, status: 'offered', dueAt: state.request?.expiresAt ?? event.at };
    case 'UcnWithdrawn':
      return { ...state, cancelling: true, dueAt: event.dueAt };
    case 'SummaryAdvanced':
      return advanced(state, event);
    case 'SubmissionBegun':
      return begun(state, event.number, event.dueAt);
    case 'SubmissionAccepted':
      return withSubmission(state, event.number, (submission) => ({ ...submission, segmentIds: event.segmentIds, ...(event.smsc !== undefined && { smsc: event.smsc }), ...(event.source && { source: event.source }) }));
    case 'AnswerOverdue':
      return { ...state, dueAt: event.dueAt, answerOverdue: true };
    case 'ReceiptAwaited':
      return { ...state, status: 'submitted', dueAt: event.dueAt };
    case 'RetryPlanned':
      return { ...withoutLastSubmission(state), status: 'waiting', dueAt: event.dueAt, refusals: state.refusals + 1, refusedBy: (event.refused ?? []).reduce(counting, state.refusedBy ?? []) };
    case 'SegmentReported':
      return withSubmission(state, event.number, (submission) => ({ ...submission, reports: { ...submission.reports, [event.segmentId]: event.state }, ...(event.segments !== undefined && { segments: event.segments }) }));
    case 'HandsetObserved':
      return state;
    case 'TextDelivered':
      return withSubmission(isCurrent(state, event.number) ? ended(state) : state, event.number, (submission) => ({ ...submission, delivered: true }));
    case 'AttemptEnded':
      return { ...ended(state), uncertain: state.uncertain || event.outcome === 'unknown' };
    case 'CancellationTaken':
      return { ...state, cancelling: true };
    case 'CancellationSent':
      return { ...state, cancelling: true, cancelDueAt: event.dueAt };
    case 'CancellationRefused':
      return { ...state, cancelling: false, cancelDueAt: null };
    case 'UnseenCancelled':
      return { ...ended(state), attempt: event.cancellation.attempt };
  }
}

function counting(counted: readonly CountedRefusal[], refused: StatusRefusal): readonly CountedRefusal[] {
  const isSame = ({ smsc, status }: StatusRefusal) => smsc === refused.smsc && status === refused.status;
  const times = (counted.find(isSame)?.times ?? 0) + 1;
  return [...counted.filter((one) => !isSame(one)), { ...refused, times }];
}

function begun(state: Sms, number: number, dueAt: Instant): Sms {
  if (state.request === null) return state;
  const { attempt, form, device, sender } = state.request;
  const submission: Submission = { number, request: { attempt, form, device, sender }, segmentIds: null, reports: {}, delivered: false };
  return { ...state, status: 'submitting', number, dueAt, answerOverdue: false, submissions: [...state.submissions, submission].slice(-SUBMISSIONS_KEPT) };
}

function advanced(state: Sms, { told: { attempt, summaryId }, status, dueAt }: Extract<SmsEvent, { type: 'SummaryAdvanced' }>): Sms {
  if (attempt !== state.attempt) return state;
  const told: Sms = { ...state, summary: { attempt, summaryId, status } };
  if (status === 'delivered') return ended(told);
  return state.status === 'offered' ? { ...told, status: 'submitted', dueAt } : told;
}

function ended(state: Sms): Sms {
  return { ...state, status: 'ended', dueAt: null, cancelling: false, cancelDueAt: null };
}

function withSubmission(state: Sms, number: number, change: (submission: Submission) => Submission): Sms {
  return { ...state, submissions: state.submissions.map((submission) => (submission.number === number ? change(submission) : submission)) };
}

/** A refusal for now left nothing at the SMSC, so no receipt will come for it. */
function withoutLastSubmission(state: Sms): Sms {
  return { ...state, submissions: state.submissions.filter(({ number }) => number !== state.number) };
}

export function submissionOf({ submissions }: Sms, number: number): Submission | undefined {
  return submissions.find((submission) => submission.number === number);
}

/** The submission is one of the attempt that counts. */
export function isCurrent(state: Sms, number: number): boolean {
  return submissionOf(state, number)?.request.attempt === state.attempt;
}
