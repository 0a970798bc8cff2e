import { SmscAccepted, SmscReceipt } from '@cpm/contracts-sms-interworking-gateway';
import type { Ingress } from '@cpm/runtime-ports';
import type { DeliveryReceipt, SubmitSm } from '@cpm/smpp';
import type { CpmAddress } from '@cpm/vocabulary';
import { doneAtOf } from './done-date.js';
import { comparableId, type IdFormat } from './message-id-forms.js';
import { causeOf, type ErrorCauses } from './receipt-cause.js';
import { parkedKeys, segmentKeys, segmentOf, submissionKey, wantedKeys } from './receipt-keys.js';
import { reportedState } from './receipt-state.js';
import type { KeptReceipt, SegmentReference, SmsReferences } from './sms-references.js';

export type ReceiptFate = 'reported' | 'parked' | 'unreadable';

/** An SMSC, as far as reading its receipts needs it. */
export interface MessageIdScope {
  readonly id: string;
  readonly idFormat: IdFormat;
  /** What its error codes mean for the handset. */
  readonly errorCauses?: ErrorCauses | undefined;
  /** Of the clock that its receipts are dated by; absent: they are dated by their arrival. */
  readonly utcOffsetMinutes?: number | undefined;
}

/** A segment that was written and has no response. */
export interface UnansweredSegment {
  readonly segment: SubmitSm;
  /** When it was submitted at the earliest, epoch ms. */
  readonly since: number;
  /** What its receipt is about; undefined where others should have followed it, so that the text cannot have arrived. */
  readonly reference?: SegmentReference | undefined;
}

/** The receipt may have reached a replica whose clock is behind. */
const CLOCKS_DIFFER_MS = 5_000;

/** Joins receipts with the submissions they are about, whichever comes first. */
export class Receipts {
  constructor(
    private readonly references: SmsReferences,
    private readonly ingress: Ingress,
    private readonly now: () => number,
  ) {}

  /** Resolves once the receipt is in the log or parked: then the SMSC may forget it. */
  async take(smsc: MessageIdScope, delivery: DeliveryReceipt): Promise<ReceiptFate> {
    const receipt = keptReceiptOf(delivery, smsc, this.now());
    if (!receipt) return 'unreadable';
    const known = await this.segmentOf(smsc, delivery);
    if (known) return this.report(smsc, known, receipt);
    await this.references.park(smsc.id, parkedKeys(delivery, smsc.idFormat), receipt);
    const arrived = await this.segmentOf(smsc, delivery);
    if (!arrived) return 'parked';
    await this.report(smsc, arrived, receipt);
    await this.references.unpark(smsc.id, receipt);
    return 'reported';
  }

  /** The SMSC accepted a segment: keeps its reference, so that receipts find it from now on. */
  async accepted(smsc: MessageIdScope, reference: SegmentReference): Promise<void> {
    await this.references.keep(smsc.id, comparableId(reference.segmentId), reference);
  }

  /** Reports what came for a segment before its response. */
  async joinParked(smsc: MessageIdScope, reference: SegmentReference): Promise<void> {
    for (const receipt of await this.references.parked(smsc.id, segmentKeys(reference))) {
      await this.report(smsc, reference, receipt);
      await this.references.unpark(smsc.id, receipt);
    }
  }

  /** The id by which a receipt names a segment that was submitted `since`; undefined while none does. */
  async provenId(smscId: string, { segment: { destination, userMessageReference }, since }: UnansweredSegment): Promise<string | undefined> {
    if (userMessageReference === undefined) return undefined;
    const parked = await this.references.parked(smscId, [submissionKey(destination, userMessageReference)]);
    return parked.find(({ at }) => at >= since - CLOCKS_DIFFER_MS)?.messageId;
  }

  /** The outcome of a text is told as unknown: a receipt that comes from now on still finds it. */
  async givenUp(smscId: string, { segment: { destination, userMessageReference }, reference }: UnansweredSegment): Promise<void> {
    if (userMessageReference !== undefined && reference) await this.references.keep(smscId, submissionKey(destination, userMessageReference), reference);
  }

  private async segmentOf({ id, idFormat }: MessageIdScope, delivery: DeliveryReceipt): Promise<SegmentReference | undefined> {
    return segmentOf(delivery, await this.references.find(id, wantedKeys(delivery, idFormat)), idFormat);
  }

  /** A segment without a response is accepted by the receipt of its arrival: of any other end nobody waits for it. */
  private async report(smsc: MessageIdScope, reference: SegmentReference, { messageId, state, error, cause, at, doneAt }: KeptReceipt): Promise<'reported'> {
    const { smsId, attempt, acceptedBefore, segments } = reference;
    const submission = { user: reference.user as CpmAddress, smsId, attempt, at };
    if (acceptedBefore && state === 'DELIVERED') await this.ingress.publish(SmscAccepted, { ...submission, segmentIds: [...acceptedBefore, messageId], smsc: smsc.id });
    const more = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }), ...(doneAt !== undefined && { doneAt }), ...(segments !== undefined && { segments }) };
    await this.ingress.publish(SmscReceipt, { ...submission, segmentId: acceptedBefore ? messageId : reference.segmentId, state, ...more });
    return 'reported';
  }
}

/** Undefined when it names no message or no state. */
function keptReceiptOf(delivery: DeliveryReceipt, { errorCauses, utcOffsetMinutes }: MessageIdScope, at: number): KeptReceipt | undefined {
  const { messageId, errorCode } = delivery;
  const state = reportedState(delivery.state);
  if (messageId === '' || state === undefined) return undefined;
  const cause = causeOf(delivery, errorCauses);
  const doneAt = utcOffsetMinutes === undefined ? undefined : doneAtOf(delivery.doneDate, utcOffsetMinutes);
  return { messageId, state, at, ...(errorCode !== undefined && { error: errorCode }), ...(cause !== undefined && { cause }), ...(doneAt !== undefined && { doneAt }) };
}
