import { contributionId, conversationId, cpmAddress, dispositionRequest, messageId, type CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';

const MAX_RECIPIENTS = 256;

const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w!#$&^.+-]{1,64}=(?:[\w!#$&^.+/-]{1,128}|"[^"\\\p{Cc}]{0,128}"))*$/u;

export const mediaTypeHeader = z.string().max(255, 'must have at most 255 characters').regex(MEDIA_TYPE, 'must be a media type such as text/plain');

const text = z
  .string()
  .min(1, 'must not be empty')
  .refine((value) => value.isWellFormed(), 'must not contain lone surrogates')
  .refine((value) => !value.includes('\u0000'), 'must not contain the character U+0000');

/** Counted as sent, before anything is normalised, so that the work is bounded; then each recipient once. */
const recipients = z
  .array(z.unknown())
  .min(1, 'must name at least one recipient')
  .max(MAX_RECIPIENTS, `must name at most ${MAX_RECIPIENTS} recipients`)
  .pipe(z.array(cpmAddress))
  .transform((addresses): readonly CpmAddress[] => [...new Set(addresses)]);

const instantText = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2026-01-31T12:00:00Z' })
  .transform((value) => Date.parse(value));

/** The body of `POST /messages`. `expiresAt` becomes epoch ms. */
export const submissionRequest = z
  .strictObject({
    id: messageId.optional(),
    to: recipients,
    conversationId: conversationId.optional(),
    contributionId: contributionId.optional(),
    inReplyTo: messageId.optional(),
    contentType: mediaTypeHeader,
    body: text.optional(),
    fileId: z.string().regex(/^[\w-]{1,64}$/, 'must be the id of an uploaded file').optional(),
    dispositionNotification: z.array(dispositionRequest).max(8).default([]).transform((tokens) => [...new Set(tokens)].sort()),
    expiresAt: instantText.optional(),
  })
  .refine(({ body, fileId }) => (body === undefined) !== (fileId === undefined), { path: ['body'], message: 'give either body or fileId' });
export type SubmissionRequest = z.output<typeof submissionRequest>;
