import type { CpmAddress, Instant, Message } from '@cpm/vocabulary';
import { defineAggregate, publish, type Decider } from '@cpm/runtime-decider';
import { DepositObject } from '@cpm/contracts-message-store-sync';
import { OfferMessage, type SubmitMessage } from '@cpm/contracts-routing';
import { KEPT_AFTER_EXPIRY_MS, messageOf, ownerOf } from '../delivery/delivery-id.js';

/** A message with several recipients, once it was split. */
export interface Submission {
  readonly acceptedUntil: Instant | null;
}

export interface MessageSubmitted {
  readonly type: 'MessageSubmitted';
  readonly message: Message;
  readonly recipients: readonly CpmAddress[];
}

export const submissionDecider: Decider<SubmitMessage, Submission, MessageSubmitted> = {
  initial: { acceptedUntil: null },
  decide: ({ message, recipients }, { acceptedUntil }) =>
    acceptedUntil === null ? [{ type: 'MessageSubmitted', message, recipients: [...new Set(recipients)] }] : [],
  evolve: (_state, { message }) => ({ acceptedUntil: message.expiresAt }),
};

/** Splits a message of several recipients into one offer per recipient and one sent copy; a repetition does nothing. */
export const submission = defineAggregate<SubmitMessage, Submission, MessageSubmitted>({
  name: 'submission',
  decider: submissionDecider,
  react: ({ message, recipients }) => {
    const party = recipients[0];
    return [
      ...(party ? [publish(DepositObject, { user: message.from, direction: 'Out', party, message })] : []),
      ...recipients.map((recipient) => publish(OfferMessage, { message, recipient, depositSentCopy: false })),
    ];
  },
  ownerOf,
  messageOf,
  isOfOneMessage: true,
  journalOf: ({ recipients }, { now }) => ({ at: now, step: `submitted to ${recipients.length} recipient(s)` }),
  removableAt: ({ acceptedUntil }) => (acceptedUntil === null ? undefined : acceptedUntil + KEPT_AFTER_EXPIRY_MS),
});

export function submissionId(sender: CpmAddress, messageId: string): string {
  return `${sender}|${messageId}`;
}
