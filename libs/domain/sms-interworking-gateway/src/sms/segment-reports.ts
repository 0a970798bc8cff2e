import type { SegmentState, Submission } from './sms.js';

/** What the receipts of all segments say together; undefined while they say nothing final. */
export type SegmentsVerdict = 'delivered' | 'failed' | 'expired' | undefined;

const FINAL_FAILURE: Readonly<Partial<Record<SegmentState, 'failed' | 'expired'>>> = {
  EXPIRED: 'expired', DELETED: 'failed', UNDELIVERABLE: 'failed', REJECTED: 'failed',
};

export function isFailure(state: SegmentState): boolean {
  return state in FINAL_FAILURE;
}

/** CPM-MLD-028a: a text has arrived when every one of its segments has, and has failed with the first that finally failed. */
export function verdictOf(submission: Pick<Submission, 'segmentIds' | 'segments' | 'reports'>): SegmentsVerdict {
  const { segmentIds, reports } = submission;
  if (segmentIds === null) return isProven(submission) && Object.values(reports).every((state) => state === 'DELIVERED') ? 'delivered' : undefined;
  // An SMSC that gives no id sends no receipt that could be told apart.
  if (segmentIds.length === 0 || segmentIds.includes('')) return undefined;
  const states = segmentIds.map((id) => reports[id]);
  if (states.every((state) => state === 'DELIVERED')) return 'delivered';
  return states.flatMap((state) => (state && FINAL_FAILURE[state]) ?? [])[0];
}

/** Receipts of all segments show that the SMSC took the text, although its answer was lost with the process that waited for it. */
export function isProven({ segments, reports }: Pick<Submission, 'segments' | 'reports'>): boolean {
  return segments !== undefined && Object.keys(reports).length === segments;
}

/** A segment that arrived stays so, whatever comes later; anything else may still be corrected. */
export function isNews(submission: Submission, segmentId: string, state: SegmentState): boolean {
  const known = submission.reports[segmentId];
  return known !== 'DELIVERED' && known !== state;
}
