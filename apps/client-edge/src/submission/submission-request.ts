import { describedAs } from '@cpm/http';
import { mediaTypeHeader } from '@cpm/runtime-content';
import { contributionId, conversationId, cpmAddress, dispositionRequest, messageId, type CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';

const MAX_RECIPIENTS = 256;

// In a log of JSON each of them would take six times its size.
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

const text = z
  .string()
  .min(1, 'must not be empty')
  .refine((value) => value.isWellFormed(), 'must not contain lone surrogates')
  .refine((value) => !CONTROLS.test(value), 'must not contain control characters other than tab and line breaks');

/** Counted as sent, before anything is normalised, so that the work is bounded; then each recipient once. */
export const recipients = describedAs(z
  .array(z.unknown())
  .min(1, 'must name at least one recipient')
  .max(MAX_RECIPIENTS, `must name at most ${MAX_RECIPIENTS} recipients`)
  .pipe(z.array(cpmAddress))
  .transform((addresses): readonly CpmAddress[] => [...new Set(addresses)]), z.array(cpmAddress).min(1).max(MAX_RECIPIENTS));

const instantText = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2026-01-31T12:00:00Z' })
  .transform((value) => Date.parse(value));

const fileId = z.string().regex(/^[\w-]{1,64}$/, 'must be the id of an uploaded file');

/** What a message, a chat message and the offer of a file have in common. `expiresAt` becomes epoch ms. */
const common = {
  id: messageId.optional(),
  dispositionNotification: z.array(dispositionRequest).max(8).default([]).transform((tokens) => [...new Set(tokens)].sort()),
  expiresAt: instantText.optional(),
};
const said = { ...common, inReplyTo: messageId.optional(), contentType: mediaTypeHeader, body: text.optional(), fileId: fileId.optional() };
const conversation = { conversationId: conversationId.optional(), contributionId: contributionId.optional() };

type Said = z.output<z.ZodObject<typeof said>>;
const eitherContent = ({ body, fileId: file }: Pick<Said, 'body' | 'fileId'>) => (body === undefined) !== (file === undefined);
const EITHER = { path: ['body'], message: 'give either body or fileId' };

/** In the words of JSON Schema. */
function eitherWay(shape: typeof said): z.ZodType {
  const { body: _, fileId: __, ...other } = shape;
  return z.xor([z.strictObject({ ...other, body: text }), z.strictObject({ ...other, fileId })]);
}

/** The body of `POST /messages`. */
export const submissionRequest = describedAs(z.strictObject({ ...said, ...conversation, to: recipients }).refine(eitherContent, EITHER), eitherWay({ ...said, ...conversation, to: recipients } as typeof said));

/** The body of `POST /sessions/{id}/messages`. */
export const chatRequest = describedAs(z.strictObject(said).refine(eitherContent, EITHER), eitherWay(said));

/** The body of `POST /file-transfers`. */
export const fileTransferRequest = z.strictObject({ ...common, ...conversation, to: recipients, fileId });

/** A request with its content, whichever of the three it was. */
export type ContentRequest = Said & { readonly conversationId?: string | undefined; readonly contributionId?: string | undefined; readonly to: readonly CpmAddress[] };

/** The parts of a call that acts on something by its id, and needs no body. */
export const pathId = z.object({ id: messageId });
export const nothing = z.strictObject({}).optional();
