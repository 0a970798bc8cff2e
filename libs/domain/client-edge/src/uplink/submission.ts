import type { CpmAddress, Message } from '@cpm/vocabulary';
import { publish, type Publication } from '@cpm/runtime-decider';
import { OfferMessage, SubmitMessage } from '@cpm/contracts-routing';

/**
 * What makes an accepted message durable: with one recipient straight into his log, which saves a step; with several into
 * the sender's log, where it is split. Throws RangeError when there is no recipient.
 */
export function submissionEvents(message: Message, recipients: readonly CpmAddress[]): readonly Publication[] {
  const distinct = [...new Set(recipients)];
  const [recipient] = distinct;
  if (!recipient) throw new RangeError('a message needs a recipient');
  if (distinct.length > 1) return [publish(SubmitMessage, { message, recipients: distinct })];
  return [publish(OfferMessage, { message, recipient, depositSentCopy: true })];
}
