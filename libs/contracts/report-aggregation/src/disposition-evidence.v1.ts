import { dispositionRequest, dispositionStatus, instant, keyedAddress, keyedDeviceId, messageService } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** Proof that a message reached (or missed) one recipient, in the recipient's log: the ledger lets the first of a class out. */
export const DispositionEvidence = defineEvent({
  type: 'DispositionEvidence', version: 1, owner: 'report-aggregation', listeners: ['report-aggregation'], writers: ['routing'],
  summary: 'Proof that a message was delivered, displayed, interworked or failed for one recipient',
  key: ({ recipient }) => recipient,
  schema: z.object({
    messageId: z.string(),
    sender: keyedAddress,
    recipient: keyedAddress,
    originDevice: keyedDeviceId,
    service: messageService,
    requested: z.array(dispositionRequest),
    /** The message was not taken, because the recipient has another sender's of the same id: what is told of one must not be taken for what is told of the other. */
    refused: z.literal(true).optional(),
    items: z.array(z.object({
      status: dispositionStatus,
      device: keyedDeviceId.optional(),
      via: z.enum(['IP', 'SMS', 'UCN', 'EXPIRY']),
      /** Whether the recipient's privacy settings allowed this report when it happened. */
      permitted: z.boolean(),
      at: instant,
    })).min(1),
  }),
});
export type DispositionEvidence = PayloadOf<typeof DispositionEvidence>;
