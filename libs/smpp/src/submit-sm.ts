import { z } from 'zod';
import { smppAddress } from './address.js';
import { SmppInvalidPduError } from './errors.js';
import type { Pdu } from './pdu.js';

const octet = z.number().int().min(0).max(255);
const time = z.string().regex(/^(\d{15}[+-]|\d{15}R)?$/, 'must be an SMPP time of 16 characters');

/** One short message to submit. Absent fields take the value that SMPP gives to "not set". */
export const submitSm = z.object({
  source: smppAddress,
  destination: smppAddress,
  dataCoding: octet,
  esmClass: octet,
  /** User data header and text as octets, 254 at most. */
  shortMessage: z
    .custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be octets')
    .refine(({ length }) => length <= 254, 'must be at most 254 octets'),
  /** 0 no receipt, 1 receipt for every final state, 2 for failures only. */
  registeredDelivery: octet.default(0),
  validityPeriod: time.default(''),
  scheduleDeliveryTime: time.default(''),
  serviceType: z.string().max(5).default(''),
  protocolId: octet.default(0),
  priorityFlag: octet.default(0),
  /** TLV by which a receipt is recognised when the response with the message id is lost. */
  userMessageReference: z.number().int().min(0).max(0xffff).optional(),
  /** TLV that asks for an alert_notification when the handset can be reached again. */
  setDpf: z.union([z.literal(0), z.literal(1)]).optional(),
});
export type SubmitSm = Readonly<z.input<typeof submitSm>>;

/** Wire fields of a submission. Throws SmppInvalidPduError. */
export function submitSmFields(submission: SubmitSm): Pdu['fields'] {
  const result = submitSm.safeParse(submission);
  if (!result.success) throw new SmppInvalidPduError(result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
  const { data } = result;
  return {
    service_type: data.serviceType,
    source_addr_ton: data.source.ton,
    source_addr_npi: data.source.npi,
    source_addr: data.source.address,
    dest_addr_ton: data.destination.ton,
    dest_addr_npi: data.destination.npi,
    destination_addr: data.destination.address,
    esm_class: data.esmClass,
    protocol_id: data.protocolId,
    priority_flag: data.priorityFlag,
    schedule_delivery_time: data.scheduleDeliveryTime,
    validity_period: data.validityPeriod,
    registered_delivery: data.registeredDelivery,
    data_coding: data.dataCoding,
    short_message: Buffer.from(data.shortMessage),
    ...(data.userMessageReference === undefined ? {} : { user_message_reference: data.userMessageReference }),
    ...(data.setDpf === undefined ? {} : { set_dpf: data.setDpf }),
  };
}

/** What cannot be an id is none: the message was accepted all the same. */
const submitSmResponse = z.object({ message_id: z.string().max(255).default('').catch(''), congestion_state: octet.optional() });

/** What the SMSC says of an accepted submission; `messageId` is empty when it gives none, `congestionState` is 0 (idle) to 99 (congested). */
export interface SubmitSmResult {
  readonly messageId: string;
  readonly congestionState?: number;
}

export function submitSmResult(response: Pdu): SubmitSmResult {
  const { message_id: messageId, congestion_state: congestionState } = submitSmResponse.parse(response.fields);
  return congestionState === undefined ? { messageId } : { messageId, congestionState };
}
