import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Without the letters that are taken for digits (Crockford). */
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const REF_LENGTH = 6;

/** A reference in the text of an Undelivered Content Notification, to one message or, with a plus, to a summary of several. */
export const UCN_REF = /#\+?[0-9A-HJKMNP-TV-Z]{6}(?![0-9A-Za-z])/;
const SUMMARY_MARK = '#+';

/**
 * CPM-MLD-034: what links a notification to its original, in the SMS and at the stored object: `#` and 30 bits, the same whoever works it out.
 * It tells a device which of its own messages is meant and gives no access to anything.
 */
export function ucnRef(messageId: string, recipient: string): string {
  const [a, b, c, d] = sha256(utf8ToBytes(`${messageId}|${recipient}`)) as unknown as [number, number, number, number];
  let bits = ((a << 22) | (b << 14) | (c << 6) | (d >> 2)) >>> 0;
  let text = '';
  for (let place = 0; place < REF_LENGTH; place += 1) {
    text = BASE32.charAt(bits & 31) + text;
    bits >>>= 5;
  }
  return `#${text}`;
}

/** CPM-MLD-034: what links a notification of several messages to what the store says of each of them. `summaryId`: as the gateway names it. */
export function ucnSummaryRef(summaryId: string, recipient: string): string {
  return `${SUMMARY_MARK}${ucnRef(summaryId, recipient).slice(1)}`;
}

export function isSummaryRef(ref: string): boolean {
  return ref.startsWith(SUMMARY_MARK);
}

/**
 * The correlationTag of OMA NMS for a text that may also have come as SMS: 16 hex digits. `number` is the other party's, E.164 with `+`.
 * Equal for the same words however they were laid out, so it means one message only within a few minutes.
 */
export function correlationTag(number: string, text: string): string {
  return bytesToHex(sha256(utf8ToBytes(`${number}|${text.trim().replace(/\s+/g, ' ')}`))).slice(0, 16);
}

/** What stands for a token that only its holder may know, wherever it is kept or looked up: SHA-256 in hex. */
export function tokenHash(token: string): string {
  return bytesToHex(sha256(utf8ToBytes(token)));
}
