import { createHash } from 'node:crypto';
import type { DeliveryReceipt, SmppAddress } from '@cpm/smpp';
import { msisdnOf, type CpmAddress } from '@cpm/vocabulary';
import { comparableId, responseIdsFor, type IdFormat } from './message-id-forms.js';
import type { SegmentReference } from './sms-references.js';

/** Keys under which a receipt is looked for and waits, in place of the numbers that they are made of. */
function handsetKey(digits: string, name: string): string {
  return `to:${createHash('sha256').update(`${digits}|${name}`).digest('hex')}`;
}

/** What names a segment whose response is missing: the reference is the segment's own among those to its recipient. */
export function submissionKey({ address }: SmppAddress, userMessageReference: number): string {
  return handsetKey(digitsOf(address), `reference ${userMessageReference}`);
}

/** What a segment is found by once its response named it: for whichever handset, or for its own only. */
export function segmentKeys({ user, segmentId }: SegmentReference): readonly string[] {
  const id = comparableId(segmentId);
  return [id, handsetKey(msisdnOf(user as CpmAddress) ?? '', `id ${id}`)];
}

/** What a receipt asks for, the likeliest first. */
export function wantedKeys({ messageId, from, userMessageReference }: DeliveryReceipt, format: IdFormat): readonly string[] {
  return [...responseIdsFor(messageId, format), ...(userMessageReference === undefined ? [] : [submissionKey(from, userMessageReference)])];
}

/** What a receipt waits under: where its form is guessed, the other forms of its id are those of its own handset's texts only. */
export function parkedKeys(receipt: DeliveryReceipt, format: IdFormat): readonly string[] {
  const own = comparableId(receipt.messageId);
  const digits = digitsOf(receipt.from.address);
  return wantedKeys(receipt, format).map((key) => (format !== 'auto' || key === own || key.startsWith('to:') ? key : handsetKey(digits, `id ${key}`)));
}

/** Which of the segments that its keys name a receipt is about: one of its handset; else the one of its own id, or of the form that it is known to have. */
export function segmentOf({ messageId, from }: DeliveryReceipt, found: readonly SegmentReference[], format: IdFormat): SegmentReference | undefined {
  const digits = digitsOf(from.address);
  const own = comparableId(messageId);
  return (
    found.find(({ user }) => msisdnOf(user as CpmAddress) === digits) ?? found.find(({ segmentId }) => format !== 'auto' || comparableId(segmentId) === own)
  );
}

function digitsOf(address: string): string {
  return address.replace(/^\+/, '');
}
