import { z } from 'zod';
import type { SmppAddress } from './address.js';
import type { Pdu } from './pdu.js';

/** 0, 1 and 2 of the ms_availability_status TLV; a notification without it means available (SMPP 3.4 section 5.3.2.30). */
export const AVAILABILITIES = ['available', 'denied', 'unavailable'] as const;
export type HandsetAvailability = (typeof AVAILABILITIES)[number];

/** The SMSC has learned whether a handset can be reached. */
export interface AlertNotification {
  readonly handset: SmppAddress;
  readonly availability: HandsetAvailability;
}

const alertFields = z.object({
  source_addr_ton: z.number(),
  source_addr_npi: z.number(),
  source_addr: z.string().min(1).max(65),
  ms_availability_status: z.number().int().min(0).max(2).default(0),
});

/** Undefined when the notification names no handset or an availability out of range. */
export function parseAlert(pdu: Pdu): AlertNotification | undefined {
  const result = alertFields.safeParse(pdu.fields);
  if (!result.success) return undefined;
  const { source_addr_ton: ton, source_addr_npi: npi, source_addr: address, ms_availability_status } = result.data;
  return { handset: { ton, npi, address }, availability: AVAILABILITIES[ms_availability_status] ?? 'available' };
}
