import type { CpmAddress } from '@cpm/vocabulary';

/** How long a message's documents outlive the message, for late reports and questions. */
export const KEPT_AFTER_EXPIRY_MS = 7 * 86_400_000;

/** Neither an address nor a message id contains `|`. */
export function deliveryId(recipient: CpmAddress, messageId: string): string {
  return `${recipient}|${messageId}`;
}

export function ownerOf(id: string): CpmAddress {
  return id.slice(0, id.indexOf('|')) as CpmAddress;
}

export function messageOf(id: string): string {
  return id.slice(id.indexOf('|') + 1);
}
