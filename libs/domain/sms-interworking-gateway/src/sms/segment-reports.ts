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
export function verdictOf({ segmentIds, reports }: Pick<Submission, 'segmentIds' | 'reports'>): SegmentsVerdict {
  // An SMSC that gives no id sends no receipt that could be told apart.
  if (segmentIds === null || segmentIds.length === 0 || segmentIds.includes('')) return undefined;
  const states = segmentIds.map((id) => reports[id]);
  if (states.every((state) => state === 'DELIVERED')) return 'delivered';
  return states.flatMap((state) => (state && FINAL_FAILURE[state]) ?? [])[0];
}

/** A segment that arrived stays so, whatever comes later; anything else may still be corrected. */
export function isNews(submission: Submission, segmentId: string, state: SegmentState): boolean {
  const known = submission.reports[segmentId];
  return known !== 'DELIVERED' && known !== state;
}
