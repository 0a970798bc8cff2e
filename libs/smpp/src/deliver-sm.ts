import { decodeShortMessage, type Concatenation } from '@cpm/sms-text';
import { z } from 'zod';
import type { SmppAddress } from './address.js';
import type { Pdu } from './pdu.js';
import { parseReceiptText, receiptBodyText, stateOfNumber, type MessageState, type ReceiptText } from './receipt.js';

/** What the PDU carried, untouched. */
export interface RawDeliver {
  readonly esmClass: number;
  readonly dataCoding: number;
  /** short_message, or message_payload where that is empty. */
  readonly body: Uint8Array;
}

/** An error of the network behind the SMSC, in the codes of its type. */
export interface NetworkError {
  readonly networkType: number;
  readonly code: number;
}

/** News of a submitted short message. */
export interface DeliveryReceipt {
  readonly kind: 'receipt';
  /** As the SMSC wrote it; empty when the receipt names none. */
  readonly messageId: string;
  readonly state: MessageState;
  /** `intermediate` news is followed by other news. */
  readonly stage: 'final' | 'intermediate';
  readonly from: SmppAddress;
  readonly to: SmppAddress;
  readonly errorCode?: string;
  /** The network_error_code TLV (SMPP 3.4 section 5.3.2.31): network type 3 is GSM. */
  readonly networkError?: NetworkError;
  /** `YYMMDDhhmm` or with seconds, in the SMSC's own time zone. */
  readonly doneDate?: string;
  readonly userMessageReference?: number;
  readonly raw: RawDeliver;
}

/** A short message of a handset, or one part of it. */
export interface InboundMessage {
  readonly kind: 'message';
  readonly from: SmppAddress;
  readonly to: SmppAddress;
  readonly text: string;
  readonly concat?: Concatenation;
  readonly raw: RawDeliver;
}

export type Deliver = DeliveryReceipt | InboundMessage;

const octet = z.number().int();
const octets = z.instanceof(Buffer).default(Buffer.alloc(0));

/** Mandatory fields that data_sm does not have default to what deliver_sm says for "not set". */
const deliverFields = z.object({
  source_addr_ton: octet,
  source_addr_npi: octet,
  source_addr: z.string().max(64),
  dest_addr_ton: octet,
  dest_addr_npi: octet,
  destination_addr: z.string().max(64),
  esm_class: octet,
  data_coding: octet,
  short_message: octets,
  message_payload: octets,
  receipted_message_id: z.string().optional(),
  message_state: octet.optional(),
  user_message_reference: octet.optional(),
  network_error_code: z.instanceof(Buffer).optional(),
  sar_msg_ref_num: octet.optional(),
  sar_total_segments: octet.optional(),
  sar_segment_seqnum: octet.optional(),
});
type DeliverFields = z.infer<typeof deliverFields>;

const MESSAGE_TYPE_BITS = 0x3c;
const RECEIPT = 0x04;
const INTERMEDIATE_NOTIFICATION = 0x20;

/** Reads a deliver_sm or data_sm; undefined when its fields break the limits of SMPP 3.4. Never throws. */
export function parseDeliver(pdu: Pdu): Deliver | undefined {
  const result = deliverFields.safeParse(pdu.fields);
  if (!result.success) return undefined;
  const fields = result.data;
  const body = fields.short_message.length > 0 ? fields.short_message : fields.message_payload;
  const parties = {
    from: { ton: fields.source_addr_ton, npi: fields.source_addr_npi, address: fields.source_addr },
    to: { ton: fields.dest_addr_ton, npi: fields.dest_addr_npi, address: fields.destination_addr },
    raw: { esmClass: fields.esm_class, dataCoding: fields.data_coding, body },
  };
  return isReceipt(fields) ? { kind: 'receipt', ...receiptOf(fields, body), ...parties } : { kind: 'message', ...messageOf(fields, body), ...parties };
}

function isReceipt({ esm_class, receipted_message_id, message_state }: DeliverFields): boolean {
  const messageType = esm_class & MESSAGE_TYPE_BITS;
  if (messageType === RECEIPT || messageType === INTERMEDIATE_NOTIFICATION) return true;
  return receipted_message_id !== undefined && message_state !== undefined;
}

/** TLVs are exact where the text is a custom, so they win. */
function receiptOf(fields: DeliverFields, body: Buffer) {
  const text = parseReceiptText(receiptBodyText(fields.data_coding, body));
  const intermediate = (fields.esm_class & MESSAGE_TYPE_BITS) === INTERMEDIATE_NOTIFICATION;
  return {
    messageId: fields.receipted_message_id || text.id || '',
    state: fields.message_state === undefined ? (text.state ?? 'UNREADABLE') : stateOfNumber(fields.message_state),
    stage: intermediate ? ('intermediate' as const) : ('final' as const),
    ...(text.doneDate === undefined ? {} : { doneDate: text.doneDate }),
    ...errorCodeOf(fields, text),
    ...(fields.user_message_reference === undefined ? {} : { userMessageReference: fields.user_message_reference }),
  };
}

/** The TLV is network type and a 16-bit code; only the code compares with `err:`. */
function errorCodeOf({ network_error_code: tlv }: DeliverFields, { errorCode }: ReceiptText): Pick<DeliveryReceipt, 'errorCode' | 'networkError'> {
  if (tlv?.length === 3) return { errorCode: String(tlv.readUInt16BE(1)), networkError: { networkType: tlv.readUInt8(0), code: tlv.readUInt16BE(1) } };
  return errorCode === undefined ? {} : { errorCode };
}

function messageOf(fields: DeliverFields, body: Buffer): { text: string; concat?: Concatenation } {
  const { text, concat } = decodeShortMessage({ dataCoding: fields.data_coding, esmClass: fields.esm_class, shortMessage: body });
  const place = concat ?? sarConcatenation(fields);
  return place ? { text, concat: place } : { text };
}

function sarConcatenation(fields: DeliverFields): Concatenation | undefined {
  const { sar_msg_ref_num: reference, sar_total_segments: total, sar_segment_seqnum: part } = fields;
  if (reference === undefined || total === undefined || part === undefined) return undefined;
  return part >= 1 && part <= total ? { reference, total, part } : undefined;
}
