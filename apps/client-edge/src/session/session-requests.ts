import { deviceFailure } from '@cpm/contracts-routing';
import { isPlainLine, messageId, sessionKind } from '@cpm/vocabulary';
import { z } from 'zod';
import { recipients } from '../submission/submission-request.js';

/** The body of `POST /sessions`. */
export const sessionRequest = z.strictObject({
  id: messageId.optional(),
  to: recipients,
  kind: sessionKind,
  subject: z.string().min(1).max(256).refine(isPlainLine, 'must not contain control or direction-override characters').optional(),
});
export type SessionRequest = z.output<typeof sessionRequest>;

/** A device may say that it cannot, which speaks for itself only; without that the user says no. */
export const rejection = z.strictObject({ failure: deviceFailure.optional() }).optional();
