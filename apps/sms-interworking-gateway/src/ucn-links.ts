import { createHmac } from 'node:crypto';
import type { UcnLink } from '@cpm/contracts-sms-interworking-gateway';

/** Puts links into the world. */
export interface UcnLinks {
  /** Keeps the link and gives its URL, the same for the same message and recipient; empty where there is no public address to point to. */
  urlOf(link: UcnLink): Promise<string>;
}

const TOKEN_BYTES = 16;

/** 128 bits that nobody without the secret can tell, and that are the same whenever a notification is submitted again. */
export function linkToken(secret: string, { messageId, user }: Pick<UcnLink, 'messageId' | 'user'>): string {
  return createHmac('sha256', secret).update(`${messageId}|${user}`).digest().subarray(0, TOKEN_BYTES).toString('base64url');
}
