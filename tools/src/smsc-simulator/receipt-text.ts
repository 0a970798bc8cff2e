import { MESSAGE_STATES, type DeliverSm, type ReceivedSubmit } from '@cpm/smpp';
import type { SmscBehaviour } from './behaviour.js';

const STAT: Readonly<Record<SmscBehaviour['outcome'], string>> = {
  DELIVERED: 'DELIVRD',
  UNDELIVERABLE: 'UNDELIV',
  EXPIRED: 'EXPIRED',
  REJECTED: 'REJECTD',
  DELETED: 'DELETED',
};

const RECEIPT = 0x04;
const GSM = 3;

export interface ReceiptNews {
  readonly submit: ReceivedSubmit;
  /** Id as the receipt writes it. */
  readonly messageId: string;
  readonly behaviour: SmscBehaviour;
  readonly submittedAt: Date;
  readonly doneAt: Date;
}

/** The deliver_sm that tells the final state of a submission, in the form of SMPP 3.4 appendix B. */
export function receiptOf({ submit, messageId, behaviour, submittedAt, doneAt }: ReceiptNews): DeliverSm {
  const { outcome, receiptForm } = behaviour;
  const delivered = outcome === 'DELIVERED';
  const text = [
    `id:${messageId} sub:001 dlvrd:00${delivered ? 1 : 0}`,
    `submit date:${minuteOf(submittedAt)} done date:${minuteOf(doneAt)}`,
    `stat:${STAT[outcome]} err:00${delivered ? 0 : 1} text:`,
  ].join(' ');
  const tlvs = { receiptedMessageId: messageId, messageState: MESSAGE_STATES.indexOf(outcome) };
  return {
    source: submit.destination,
    destination: submit.source,
    esmClass: RECEIPT,
    dataCoding: 0,
    shortMessage: Buffer.concat([
      Buffer.from(receiptForm === 'tlv' ? '' : text),
      // The first octets of the message stand here as they came, header and all.
      receiptForm === 'tlv' ? Buffer.alloc(0) : submit.shortMessage.subarray(0, 20),
    ]),
    ...(receiptForm === 'text' ? {} : tlvs),
    ...(submit.userMessageReference === undefined ? {} : { userMessageReference: submit.userMessageReference }),
    ...(delivered || behaviour.networkError === undefined ? {} : { networkError: { networkType: GSM, code: behaviour.networkError } }),
  };
}

/** Whether registered_delivery asks for a receipt of this outcome. */
export function wantsReceipt({ registeredDelivery }: ReceivedSubmit, outcome: SmscBehaviour['outcome']): boolean {
  const asked = registeredDelivery & 0x03;
  return asked === 1 || (asked === 2 && outcome !== 'DELIVERED');
}

function minuteOf(instant: Date): string {
  return instant.toISOString().replace(/\D/g, '').slice(2, 12);
}
