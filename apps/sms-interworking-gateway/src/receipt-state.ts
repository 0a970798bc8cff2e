import { messageState, type SmscReceipt } from '@cpm/contracts-sms-interworking-gateway';
import type { MessageState } from '@cpm/smpp';

const RARE: Readonly<Partial<Record<MessageState, SmscReceipt['state']>>> = { SCHEDULED: 'ENROUTE', SKIPPED: 'UNDELIVERABLE' };

/** As it stands in the log; undefined for a receipt that names no state. */
export function reportedState(state: MessageState): SmscReceipt['state'] | undefined {
  return RARE[state] ?? messageState.safeParse(state).data;
}
