import { deviceFailure } from '@cpm/contracts-routing';
import { messageId, sessionKind } from '@cpm/vocabulary';
import { z } from 'zod';
import { recipients } from '../submission/submission-request.js';

const noControls = (text: string) => text.isWellFormed() && !/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(text);

/** The body of `POST /sessions`. */
export const sessionRequest = z.strictObject({
  id: messageId.optional(),
  to: recipients,
  kind: sessionKind,
  subject: z.string().min(1).max(256).refine(noControls, 'must not contain control or direction-override characters').optional(),
});
export type SessionRequest = z.output<typeof sessionRequest>;

/** A device may say that it cannot, which speaks for itself only; without that the user says no. */
export const rejection = z.strictObject({ failure: deviceFailure.optional() }).optional();
export const nothing = z.strictObject({}).optional();
export const pathId = z.object({ id: messageId });
