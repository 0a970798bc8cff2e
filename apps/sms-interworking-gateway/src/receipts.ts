import { SmscReceipt } from '@cpm/contracts-sms-interworking-gateway';
import type { Ingress } from '@cpm/runtime-ports';
import type { DeliveryReceipt } from '@cpm/smpp';
import type { CpmAddress } from '@cpm/vocabulary';
import { responseIdsFor, type IdFormat } from './message-id-forms.js';
import { causeOf, type ErrorCauses } from './receipt-cause.js';
import { reportedState } from './receipt-state.js';
import type { KeptReceipt, SegmentReference, SmsReferences } from './sms-references.js';

export type ReceiptFate = 'reported' | 'parked' | 'unreadable';

/** An SMSC, as far as reading its receipts needs it. */
export interface MessageIdScope {
  readonly id: string;
  readonly idFormat: IdFormat;
  /** What its error codes mean for the handset. */
  readonly errorCauses?: ErrorCauses | undefined;
}

/** Joins receipts with the submissions they are about, whichever comes first. */
export class Receipts {
  constructor(
    private readonly references: SmsReferences,
    private readonly ingress: Ingress,
    private readonly now: () => number,
  ) {}

  /** Resolves once the receipt is in the log or parked: then the SMSC may forget it. */
  async take(smsc: MessageIdScope, delivery: DeliveryReceipt): Promise<ReceiptFate> {
    const { messageId } = delivery;
    const receipt = keptReceiptOf(delivery, smsc, this.now());
    if (!receipt) return 'unreadable';
    const ids = responseIdsFor(messageId, smsc.idFormat);
    const known = await this.references.find(smsc.id, ids);
    if (known) return this.report(known, receipt);
    await this.references.park(smsc.id, ids, receipt);
    const arrived = await this.references.find(smsc.id, ids);
    if (!arrived) return 'parked';
    await this.report(arrived, receipt);
    await this.references.unpark(smsc.id, receipt);
    return 'reported';
  }

  /** The SMSC accepted a segment: keeps its reference, so that receipts find it from now on. */
  async accepted(smsc: MessageIdScope, reference: SegmentReference): Promise<void> {
    await this.references.keep(smsc.id, reference);
  }

  /** Reports what came for a segment before its response. */
  async joinParked(smsc: MessageIdScope, reference: SegmentReference): Promise<void> {
    for (const receipt of await this.references.parked(smsc.id, reference.segmentId)) {
      await this.report(reference, receipt);
      await this.references.unpark(smsc.id, receipt);
    }
  }

  private async report({ user, smsId, attempt, segmentId }: SegmentReference, { state, error, cause, at }: KeptReceipt): Promise<'reported'> {
    const why = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    await this.ingress.publish(SmscReceipt, { user: user as CpmAddress, smsId, attempt, at, segmentId, state, ...why });
    return 'reported';
  }
}

/** Undefined when it names no message or no state. */
function keptReceiptOf(delivery: DeliveryReceipt, { errorCauses }: MessageIdScope, at: number): KeptReceipt | undefined {
  const { messageId, errorCode } = delivery;
  const state = reportedState(delivery.state);
  if (messageId === '' || state === undefined) return undefined;
  const cause = causeOf(delivery, errorCauses);
  return { messageId, state, at, ...(errorCode !== undefined && { error: errorCode }), ...(cause !== undefined && { cause }) };
}
