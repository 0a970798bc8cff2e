import { dispositionStatus, instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** A report arrived for a sent message: every device of the sender learns the tick state from his store. */
export const RecordDisposition = defineEvent({
  type: 'RecordDisposition', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'], writers: ['report-aggregation'],
  summary: 'A report for a sent message, kept in the sender\'s store',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, messageId: z.string(), recipient: keyedAddress, status: dispositionStatus, reportId: z.string(), at: instant }),
});
export type RecordDisposition = PayloadOf<typeof RecordDisposition>;

/** Something happened to a stored message: a device read it, its user got all of it by the link of a notification, or it was taken back. */
export const ChangeObject = defineEvent({
  type: 'ChangeObject', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'], writers: ['routing', 'client-edge'],
  summary: 'A flag of a stored message changes, or it is removed',
  key: ({ user }) => user,
  schema: z.object({
    user: keyedAddress, messageId: z.string(), party: z.string(), direction: z.enum(['In', 'Out']),
    change: z.enum(['seen', 'obtained', 'removed']),
    /** That he read it is reported to the sender: no device need report it again. */
    readReport: z.boolean().optional(),
    device: keyedDeviceId.optional(), at: instant,
  }),
});
export type ChangeObject = PayloadOf<typeof ChangeObject>;
