import { z } from 'zod';

/** RFC 3339 in, epoch ms out. */
export const dateTime = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** A short word of a network. */
export const token = z.string().max(64);

/** The values of an enumeration that 3GPP leaves open for later releases: another word is taken, and means nothing yet. */
export function openEnum(values: readonly [string, ...string[]]) {
  return z.union([z.enum(values), token]);
}

/** TS 29.571 AccessType: NON_3GPP_ACCESS is Wi-Fi. */
export const accessType = z.enum(['3GPP_ACCESS', 'NON_3GPP_ACCESS']);
export type AccessType = z.infer<typeof accessType>;

/** TS 29.571 Gpsi: `msisdn-<digits>`, `extid-<local>@<domain>`, or what a later release makes of it. */
export const gpsi = z.string().min(1).max(330);
