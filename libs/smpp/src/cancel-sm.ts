import { z } from 'zod';
import { smppAddress, type SmppAddress } from './address.js';
import { SmppInvalidPduError } from './errors.js';
import type { Pdu } from './pdu.js';

/** Takes one submitted message back (SMPP 3.4, section 4.9): `source` must be that of its submission. */
export const cancelSm = z.object({
  messageId: z.string().min(1).max(64).regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'),
  source: smppAddress,
  destination: smppAddress,
  serviceType: z.string().max(5).default(''),
});
export type CancelSm = Readonly<z.input<typeof cancelSm>>;

/** Wire fields of a cancellation. Throws SmppInvalidPduError. */
export function cancelSmFields(cancellation: CancelSm): Pdu['fields'] {
  const result = cancelSm.safeParse(cancellation);
  if (!result.success) throw new SmppInvalidPduError(result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
  const { messageId, source, destination, serviceType } = result.data;
  return {
    service_type: serviceType,
    message_id: messageId,
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.address,
    dest_addr_ton: destination.ton,
    dest_addr_npi: destination.npi,
    destination_addr: destination.address,
  };
}

/** A cancel_sm as an SMSC sees it. */
export interface ReceivedCancel {
  readonly messageId: string;
  readonly source: SmppAddress;
}

const receivedCancelFields = z.object({ message_id: z.string().max(64), source_addr_ton: z.number(), source_addr_npi: z.number(), source_addr: z.string().max(20) });

/** Undefined when the fields break the limits of SMPP 3.4. */
export function parseCancel(pdu: Pdu): ReceivedCancel | undefined {
  const { data } = receivedCancelFields.safeParse(pdu.fields);
  return data && { messageId: data.message_id, source: { ton: data.source_addr_ton, npi: data.source_addr_npi, address: data.source_addr } };
}
