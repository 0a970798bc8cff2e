import type { Instant } from '@cpm/vocabulary';
import type { UcnSummaryProgress } from '@cpm/contracts-sms-interworking-gateway';
import type { Sms, SmsEvent } from './sms.js';

/**
 * CPM-MLD-029, CPM-MLD-030: what becomes of a summary becomes of every notification in it. That it left and arrived counts for any attempt and
 * whatever was given up meanwhile, once; a failure only for the one that is awaited.
 */
export function followSummary({ status, reason, ...told }: UcnSummaryProgress, state: Sms, dueAt: Instant, at: Instant): readonly SmsEvent[] {
  const { attempt } = told;
  if (attempt > state.attempt) return [];
  if (status === 'submitted' || status === 'delivered') {
    const known = state.summary?.attempt === attempt ? state.summary.status : undefined;
    return known === 'delivered' || known === status ? [] : [{ type: 'SummaryAdvanced', told, status, dueAt, at }];
  }
  const isAwaited = attempt === state.attempt && (state.status === 'offered' || (state.status === 'submitted' && state.summary?.attempt === attempt));
  return isAwaited ? [{ type: 'AttemptEnded', outcome: status, reason: reason ?? 'the summary did not arrive', at }] : [];
}
