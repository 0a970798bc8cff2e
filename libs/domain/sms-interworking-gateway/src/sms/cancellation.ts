import type { Instant } from '@cpm/vocabulary';
import { submissionOf, type SegmentState, type Sms, type SmsCommand, type SmsEvent } from './sms.js';

/** How long the SMSC's answers may take: without them it counts as having dropped nothing, until they come. */
export const CANCELLATION_LIMIT_MS = 120_000;

/** Only what can be named, and of which nothing has arrived: half a text would be worse than a whole one. */
export function askBack(state: Sms, at: Instant): readonly SmsEvent[] {
  const { number } = state;
  const { segmentIds = null, smsc, source, reports = {} } = submissionOf(state, number) ?? {};
  if (state.status !== 'submitted' || segmentIds === null || segmentIds.includes('') || smsc === undefined) return [];
  if (Object.values(reports).includes('DELIVERED')) return [];
  return [{ type: 'CancellationSent', number, smsc, segmentIds, ...(source && { source }), dueAt: at + CANCELLATION_LIMIT_MS, at }];
}

/**
 * CPM-MLD-035: a text of which a part is certainly gone can never be whole, so it goes another way, whenever that is heard. Where the SMSC
 * dropped nothing, or every part that it dropped was faster, its receipts decide.
 */
export function takeCancellation({ submission: number, outcome, reason, dropped, now: at }: Extract<SmsCommand, { type: 'TakeCancellation' }>, state: Sms): readonly SmsEvent[] {
  if (state.status !== 'submitted' || number !== state.number) return [];
  const { segmentIds, reports }: { segmentIds: readonly string[] | null; reports: Readonly<Record<string, SegmentState>> } = submissionOf(state, number) ?? { segmentIds: [], reports: {} };
  const gone = outcome === 'cancelled' ? (dropped ?? segmentIds ?? []) : [];
  if (gone.some((id) => reports[id] !== 'DELIVERED')) return [{ type: 'AttemptEnded', outcome: 'cancelled', reason, at }];
  return state.cancelling ? [{ type: 'CancellationRefused', reason, at }] : [];
}

/** Whoever asked the SMSC is gone with its answer. */
export function endCancellation({ cancelDueAt }: Sms, at: Instant): readonly SmsEvent[] {
  return typeof cancelDueAt === 'number' && cancelDueAt <= at ? [{ type: 'CancellationRefused', reason: 'no answer of the SMSC was kept', at }] : [];
}
