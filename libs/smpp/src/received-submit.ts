import { z } from 'zod';
import type { SmppAddress } from './address.js';
import type { Pdu } from './pdu.js';

const octet = z.number().int();
const octets = z.instanceof(Buffer).default(Buffer.alloc(0));

const receivedSubmitFields = z.object({
  source_addr_ton: octet,
  source_addr_npi: octet,
  source_addr: z.string().max(20),
  dest_addr_ton: octet,
  dest_addr_npi: octet,
  destination_addr: z.string().min(1).max(20),
  esm_class: octet,
  data_coding: octet,
  registered_delivery: octet,
  validity_period: z.string().max(16),
  short_message: octets,
  message_payload: octets,
  user_message_reference: octet.optional(),
});

/** A submit_sm as an SMSC sees it. */
export interface ReceivedSubmit {
  readonly source: SmppAddress;
  readonly destination: SmppAddress;
  readonly esmClass: number;
  readonly dataCoding: number;
  readonly registeredDelivery: number;
  readonly validityPeriod: string;
  /** short_message, or message_payload where that is empty. */
  readonly shortMessage: Uint8Array;
  readonly userMessageReference?: number;
}

/** Undefined when the fields break the limits of SMPP 3.4. */
export function parseSubmit(pdu: Pdu): ReceivedSubmit | undefined {
  const result = receivedSubmitFields.safeParse(pdu.fields);
  if (!result.success) return undefined;
  const fields = result.data;
  return {
    source: { ton: fields.source_addr_ton, npi: fields.source_addr_npi, address: fields.source_addr },
    destination: { ton: fields.dest_addr_ton, npi: fields.dest_addr_npi, address: fields.destination_addr },
    esmClass: fields.esm_class,
    dataCoding: fields.data_coding,
    registeredDelivery: fields.registered_delivery,
    validityPeriod: fields.validity_period,
    shortMessage: fields.short_message.length > 0 ? fields.short_message : fields.message_payload,
    ...(fields.user_message_reference === undefined ? {} : { userMessageReference: fields.user_message_reference }),
  };
}
