import type { Instant } from '@cpm/vocabulary';
import { concluding, type Decider } from '@cpm/runtime-decider';
import { isOptedOut, type OptOuts } from '../lease/opt-outs.js';
import { askBack, endCancellation, takeCancellation } from './cancellation.js';
import { isFailure, isNews, isProven, verdictOf } from './segment-reports.js';
import { followSummary } from './summary-progress.js';
import { evolveSms, isCurrent, NO_SMS, submissionOf, type CoveredUcn, type Sms, type SmsCommand, type SmsEvent, type SmsOutcome, type SmsRequest, type Submission } from './sms.js';

type Of<Type extends SmsCommand['type']> = Extract<SmsCommand, { type: Type }>;

/** How long at most a receipt is awaited to prove a submission that has no answer. */
export const UNKNOWN_GRACE_MS = 60_000;
/** Well before the gateway gives up: a segment that begins late is still answered, or its receipt awaited, in time. */
export const BEGIN_MARGIN_MS = UNKNOWN_GRACE_MS + 45_000;
/** An effect that began too late to submit says so at once: that answer is still awaited, because the log may have come to the text late. */
export const LATE_ANSWER_MS = 30_000;
/** How long the outcome of a submission may take before it counts as lost with the process that made it: that of one segment and the next. */
export const ANSWER_LIMIT_MS = BEGIN_MARGIN_MS + UNKNOWN_GRACE_MS + 15_000;
/** The SMSC tries for the text's validity at most; receipts may be a little later. */
export const MAX_VALIDITY_MS = 72 * 3_600_000;
export const RECEIPT_GRACE_MS = 3_600_000;
const RETRY_FIRST_MS = 5_000;
const RETRY_LAST_MS = 300_000;

/** One text at a time on its way to one Primary. */
export const smsDecider: Decider<SmsCommand, Sms, SmsEvent> = {
  initial: NO_SMS,
  decide: (command, state) => {
    switch (command.type) {
      case 'Submit':
        return take(command, state);
      case 'Cancel':
        return cancel(command, state);
      case 'Accept':
        return accept(command, state);
      case 'Refuse':
        return refuse(command, state);
      case 'TakeReceipt':
        return takeReceipt(command, state);
      case 'TakeCancellation':
        return takeCancellation(command, state);
      case 'Release':
        return release(command, state);
      case 'SetAside':
        return isOffered(state, command.attempt) ? [setAside(state, command.reason, command.now)] : [];
      case 'FollowSummary':
        return followSummary(command.progress, state, receiptLimit(state, command.now), command.now);
      case 'EndWait':
        return endWait(command, state);
    }
  },
  evolve: evolveSms,
};

const conclude = concluding(evolveSms);

function take({ request, optOuts, now }: Of<'Submit'>, state: Sms): readonly SmsEvent[] {
  if (request.attempt <= state.attempt) return [];
  return conclude(
    state,
    () => [{ type: 'TextTaken', request, at: now }],
    (taken) => endingOf(request, optOuts, now) ?? (request.offered ? [{ type: 'UcnOffered', at: now }] : begin(taken, now)),
  );
}

function submitOrEnd(state: Sms, optOuts: OptOuts, at: Instant): readonly SmsEvent[] {
  if (state.request === null) return [];
  return endingOf(state.request, optOuts, at) ?? begin(state, at);
}

/** Why a text does not leave, undefined where it may: whoever wants no SMS of this sender gets none, whether it is the text or tells of one. */
function endingOf(request: SmsRequest, optOuts: OptOuts, at: Instant): readonly SmsEvent[] | undefined {
  const isWanted = (one: Pick<SmsRequest, 'sender' | 'sessionId'>) => !isOptedOut(optOuts, one);
  if (!(request.covered ?? [request]).every(isWanted)) return [{ type: 'AttemptEnded', outcome: 'failed', reason: 'recipient-opted-out', ...sparing(request, isWanted), at }];
  return at >= request.expiresAt ? [{ type: 'AttemptEnded', outcome: 'expired', reason: 'not submitted within its life', at }] : undefined;
}

/** CPM-MLD-029: what keeps a summary from leaving for the sake of one sender keeps back only what is his. */
function sparing({ covered = [] }: SmsRequest, isSpared: (one: CoveredUcn) => boolean): { readonly spared?: readonly CoveredUcn[] } {
  const spared = covered.filter(isSpared);
  return spared.length > 0 ? { spared } : {};
}

function begin({ number, uncertain }: Sms, at: Instant): readonly SmsEvent[] {
  return [{ type: 'SubmissionBegun', number: number + 1, dueAt: at + ANSWER_LIMIT_MS, mayRepeat: uncertain, at }];
}

/** CPM-MLD-029: what has not left is not sent, and what the SMSC still has it is asked to drop; what may have left decides itself. */
function cancel({ cancellation, now: at }: Of<'Cancel'>, state: Sms): readonly SmsEvent[] {
  const { attempt, reason } = cancellation;
  if (attempt > state.attempt) return [{ type: 'UnseenCancelled', cancellation, at }];
  if (attempt < state.attempt) return [];
  if (state.status === 'waiting') return [{ type: 'AttemptEnded', outcome: 'cancelled', reason, at }];
  if (state.cancelling) return [];
  if (isTogether(state)) return [withdrawn(state, reason, at)];
  return state.status === 'submitting' ? [{ type: 'CancellationTaken', reason, at }] : askBack(state, at);
}

/** An answer counts even when it was given up: the text then has left after all. */
function accept({ submission: number, segmentIds, smsc, source, now: at }: Of<'Accept'>, state: Sms): readonly SmsEvent[] {
  const submission = submissionOf(state, number);
  if (!submission || submission.segmentIds !== null) return [];
  return conclude(
    state,
    () => [{ type: 'SubmissionAccepted', number, segmentIds, ...(smsc !== undefined && { smsc }), ...(source && { source }), at }],
    (accepted) => (accepted.status === 'submitting' && number === accepted.number ? [{ type: 'ReceiptAwaited', dueAt: receiptLimit(accepted, at), at }] : []),
    (waiting) => judge(waiting, number, at),
    (judged) => (judged.cancelling ? askBack(judged, at) : []),
  );
}

/** Receipts of every segment are as good as the answer; undefined where they do not show that. */
function acceptProven(state: Sms, at: Instant): readonly SmsEvent[] | undefined {
  const submission = submissionOf(state, state.number);
  return submission && isProven(submission) ? accept({ type: 'Accept', submission: state.number, segmentIds: Object.keys(submission.reports), now: at }, state) : undefined;
}

function receiptLimit({ request }: Sms, at: Instant): Instant {
  return Math.min(request?.expiresAt ?? at, at + MAX_VALIDITY_MS) + RECEIPT_GRACE_MS;
}

function refuse({ submission: number, retry, reason, retryAfterMs, refused, screened, now: at }: Of<'Refuse'>, state: Sms): readonly SmsEvent[] {
  if (state.status !== 'submitting' || number !== state.number || state.request === null) return [];
  if (retry === 'unknown') return acceptProven(state, at) ?? [{ type: 'AttemptEnded', outcome: 'unknown', reason, at }];
  if (retry === 'never') return [{ type: 'AttemptEnded', outcome: 'failed', reason, ...(screened && sparing(state.request, ({ sender }) => !screened.includes(sender))), at }];
  if (state.cancelling) return [{ type: 'AttemptEnded', outcome: 'cancelled', reason, at }];
  const dueAt = at + (retryAfterMs ?? Math.min(RETRY_FIRST_MS * 2 ** state.refusals, RETRY_LAST_MS));
  return [{ type: 'RetryPlanned', dueAt: Math.min(dueAt, state.request.expiresAt), reason, ...(refused && { refused }), at }];
}

function takeReceipt(receipt: Of<'TakeReceipt'>, state: Sms): readonly SmsEvent[] {
  const { submission: number, segmentId, segments, state: reported, error, now: at } = receipt;
  const submission = submissionOf(state, number);
  if (!submission || !isNews(submission, segmentId, reported)) return [];
  return conclude(
    state,
    () => [{ type: 'SegmentReported', number, segmentId, ...(segments !== undefined && { segments }), state: reported, ...(error !== undefined && { error }), at }],
    () => handsetOf(submission, receipt),
    (told) => judge(told, number, at),
  );
}

/**
 * What a receipt shows of the handset, once for all segments: it got one, or it gets none and why. It showed so when the SMSC was
 * done with it, which may be long before an SMSC that could not be reached tells of it.
 */
function handsetOf({ reports }: Submission, { state, cause, heardAt, doneAt = heardAt, now: at }: Of<'TakeReceipt'>): readonly SmsEvent[] {
  const known = Object.values(reports);
  const observedAt = Math.min(heardAt, doneAt);
  if (state === 'DELIVERED') return known.includes('DELIVERED') ? [] : [{ type: 'HandsetObserved', state: 'AVAILABLE', observedAt, at }];
  if (cause === undefined || known.some(isFailure)) return [];
  return [{ type: 'HandsetObserved', state: 'UNAVAILABLE', cause, observedAt, at }];
}

/** A delivery counts for any submission, once; a failure only for the one that is awaited. */
function judge(state: Sms, number: number, at: Instant): readonly SmsEvent[] {
  const submission = submissionOf(state, number);
  if (!submission || submission.delivered) return [];
  const verdict = verdictOf(submission);
  if (verdict === 'delivered') {
    const { segmentIds, reports } = submission;
    return [...(segmentIds === null ? [{ type: 'SubmissionAccepted' as const, number, segmentIds: Object.keys(reports), at }] : []), { type: 'TextDelivered', number, at }];
  }
  if (verdict === undefined || state.status !== 'submitted' || !isCurrent(state, number)) return [];
  const dropped = state.cancelling && Object.values(submission.reports).includes('DELETED');
  return [{ type: 'AttemptEnded', outcome: dropped ? 'cancelled' : verdict, reason: failureOf(submission.reports), at }];
}

function failureOf(reports: Readonly<Record<string, string>>): string {
  return `receipt ${[...new Set(Object.values(reports))].join(', ')}`;
}

function release({ attempt, optOuts, now }: Of<'Release'>, state: Sms): readonly SmsEvent[] {
  if (!isOffered(state, attempt)) return [];
  return state.cancelling ? [setAside(state, 'cancelled before it left', now)] : submitOrEnd(state, optOuts, now);
}

function isOffered({ status, attempt: last }: Sms, attempt: number): boolean {
  return status === 'offered' && attempt === last;
}

/** A summary tells of it, or may. */
function isTogether({ status, summary, attempt }: Sms): boolean {
  return status === 'offered' || (status === 'submitted' && summary?.attempt === attempt);
}

/** Whether something tells of it all the same, its bundle says, or the summary's fate. */
function withdrawn(state: Sms, reason: string, at: Instant): SmsEvent {
  return { type: 'UcnWithdrawn', reason, dueAt: receiptLimit(state, at), at };
}

function setAside({ request }: Sms, reason: string, at: Instant): SmsEvent {
  return { type: 'AttemptEnded', outcome: request && request.expiresAt <= at ? 'expired' : 'cancelled', reason, at };
}

const GIVEN_UP: Readonly<Partial<Record<Sms['status'], { readonly outcome: Exclude<SmsOutcome, 'delivered'>; readonly reason: string }>>> = {
  offered: { outcome: 'unknown', reason: 'it was not known in time what told of it' },
  submitted: { outcome: 'unknown', reason: 'no receipt came' },
};

function endWait({ optOuts, now: at }: Of<'EndWait'>, state: Sms): readonly SmsEvent[] {
  return conclude(state, (known) => endCancellation(known, at), (known) => (known.dueAt !== null && known.dueAt <= at ? endOverdue(known, optOuts, at) : []));
}

function endOverdue(state: Sms, optOuts: OptOuts, at: Instant): readonly SmsEvent[] {
  if (state.status === 'waiting') return submitOrEnd(state, optOuts, at);
  if (state.status === 'offered' && at < receiptLimit(state, at)) return [withdrawn(state, 'expired', at)];
  if (state.status === 'submitting') return endUnanswered(state, at);
  const end = GIVEN_UP[state.status];
  return end ? [{ type: 'AttemptEnded', ...end, at }] : [];
}

/**
 * The time limit, counted by the log, may have been over before the text's turn came: such a submission writes nothing and says so at once,
 * well within a further wait. What is silent then has crashed.
 */
function endUnanswered(state: Sms, at: Instant): readonly SmsEvent[] {
  const proven = acceptProven(state, at);
  if (proven) return proven;
  if (!state.answerOverdue) return [{ type: 'AnswerOverdue', dueAt: at + LATE_ANSWER_MS, at }];
  return [{ type: 'AttemptEnded', outcome: 'unknown', reason: 'no answer of the SMSC was kept', at }];
}
