import { SmscReceipt } from '@cpm/contracts-sms-interworking-gateway';
import type { Ingress } from '@cpm/runtime-ports';
import type { DeliveryReceipt } from '@cpm/smpp';
import type { CpmAddress } from '@cpm/vocabulary';
import { responseIdsFor, type IdFormat } from './message-id-forms.js';
import { reportedState } from './receipt-state.js';
import type { KeptReceipt, SegmentReference, SmsReferences } from './sms-references.js';

export type ReceiptFate = 'reported' | 'parked' | 'unreadable';

/** An SMSC, as far as its message ids need it. */
export interface MessageIdScope {
  readonly id: string;
  readonly idFormat: IdFormat;
}

/** Joins receipts with the submissions they are about, whichever comes first. */
export class Receipts {
  constructor(
    private readonly references: SmsReferences,
    private readonly ingress: Ingress,
    private readonly now: () => number,
  ) {}

  /** Resolves once the receipt is in the log or parked: then the SMSC may forget it. */
  async take(smsc: MessageIdScope, { messageId, state, errorCode }: DeliveryReceipt): Promise<ReceiptFate> {
    const reported = reportedState(state);
    if (messageId === '' || reported === undefined) return 'unreadable';
    const receipt: KeptReceipt = { messageId, state: reported, at: this.now(), ...(errorCode !== undefined && { error: errorCode }) };
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

  private async report({ user, smsId, attempt, segmentId }: SegmentReference, { state, error, at }: KeptReceipt): Promise<'reported'> {
    await this.ingress.publish(SmscReceipt, { user: user as CpmAddress, smsId, attempt, at, segmentId, state, ...(error !== undefined && { error }) });
    return 'reported';
  }
}
