import { z } from 'zod';

/** SMPP type of number, numbering plan and the address itself. */
export const smppAddress = z.object({
  ton: z.number().int().min(0).max(255),
  npi: z.number().int().min(0).max(255),
  address: z.string().max(20).regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'),
});
export type SmppAddress = Readonly<z.infer<typeof smppAddress>>;

const INTERNATIONAL = 1;
const ISDN = 1;
const ALPHANUMERIC = 5;

/** Address of an E.164 number such as `+4915110000001`, with or without its plus sign. Throws RangeError for anything else. */
export function e164Address(number: string): SmppAddress {
  const digits = /^\+?([1-9]\d{6,14})$/.exec(number)?.[1];
  if (digits === undefined) throw new RangeError('not an E.164 number of 7 to 15 digits');
  return { ton: INTERNATIONAL, npi: ISDN, address: digits };
}

/** Address of a sender name of 1 to 11 letters, digits and spaces. Throws RangeError for anything else. */
export function alphanumericAddress(name: string): SmppAddress {
  if (!/^[A-Za-z0-9][A-Za-z0-9 ]{0,10}$/.test(name)) throw new RangeError('not a sender name of 1 to 11 letters, digits and spaces');
  return { ton: ALPHANUMERIC, npi: 0, address: name };
}
