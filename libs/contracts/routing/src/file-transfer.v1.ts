import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';
import { deviceFailure } from './answers.v1.js';

/** A device answers the offer of a file. A `failure` is the device's own and ends only its leg. */
export const AnswerFileTransfer = defineEvent({
  type: 'AnswerFileTransfer', version: 1, owner: 'routing', listeners: ['routing'], writers: ['client-edge'],
  summary: 'A device accepts or rejects a file',
  key: ({ user }) => user,
  schema: z.object({
    commandId: z.string(), user: keyedAddress, device: keyedDeviceId, transferId: z.string(), answer: z.enum(['accept', 'reject']),
    failure: deviceFailure.optional(), at: instant,
  }),
});
export type AnswerFileTransfer = PayloadOf<typeof AnswerFileTransfer>;

/** What the edge saw of a device fetching an accepted file: a request began, the file's last byte left, or the connection broke before. `fetch` names the request. */
export const ReportFileProgress = defineEvent({
  type: 'ReportFileProgress', version: 1, owner: 'routing', listeners: ['routing'], writers: ['client-edge'],
  summary: 'A device fetches an accepted file, has it, or lost the connection on the way',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, device: keyedDeviceId, transferId: z.string(), progress: z.enum(['started', 'completed', 'interrupted']), fetch: z.string(), at: instant }),
});
export type ReportFileProgress = PayloadOf<typeof ReportFileProgress>;
