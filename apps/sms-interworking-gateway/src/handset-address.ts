import type { SmppAddress } from '@cpm/smpp';
import { normaliseAddress, type CpmAddress } from '@cpm/vocabulary';

/** The user whose handset has this address; undefined for short codes and names. */
export function userOf({ address }: SmppAddress): CpmAddress | undefined {
  return normaliseAddress(`tel:+${address.replace(/^\+/, '')}`);
}
