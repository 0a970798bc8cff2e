import type { MessageState } from '@cpm/smpp';
import { z } from 'zod';

/** The states a receipt can report, as they stand in the log. */
export const messageState = z.enum(['ENROUTE', 'DELIVERED', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'ACCEPTED', 'UNKNOWN', 'REJECTED']);
export type ReportedState = z.infer<typeof messageState>;

const RARE: Readonly<Partial<Record<MessageState, ReportedState>>> = { SCHEDULED: 'ENROUTE', SKIPPED: 'UNDELIVERABLE' };

/** Undefined for a receipt that names no state. */
export function reportedState(state: MessageState): ReportedState | undefined {
  return RARE[state] ?? messageState.safeParse(state).data;
}
