import type { Instant } from '@cpm/vocabulary';
import type { LegForm, LegReason } from './leg.js';

/** What shall happen with a leg now; `until` is when a wait ends by itself, epoch ms. */
export interface LegPlan {
  readonly form: LegForm;
  readonly reason: LegReason;
  readonly until: Instant | null;
}

export function plan(form: LegForm, reason: LegReason, until: Instant | null = null): LegPlan {
  return { form, reason, until };
}
