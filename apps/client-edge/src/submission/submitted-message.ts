import { randomUUID } from 'node:crypto';
import type { DevicePrincipal } from '@cpm/http';
import type { ContentStore } from '@cpm/runtime-content';
import { MAX_INLINE_BYTES, type Content, type Message } from '@cpm/vocabulary';
import type { Purpose } from './message-intake.js';
import type { Submission } from './submission-book.js';
import type { ContentRequest } from './submission-request.js';

/** What is to be remembered of a request. A text too long for the log is stored first, so that no record points at nothing. */
export async function submissionOf(
  { body, contentType, conversationId, contributionId, to }: ContentRequest,
  { id, ...admitted }: Pick<Submission, '_id' | 'hash' | 'size' | 'expiresAtMs' | 'at'> & { readonly id: string },
  contents: Pick<ContentStore, 'keepText'>,
): Promise<Submission> {
  const contentId = body !== undefined && admitted.size > MAX_INLINE_BYTES ? await contents.keepText(body, contentType) : undefined;
  const result = { id, conversationId: conversationId ?? randomUUID(), contributionId: contributionId ?? randomUUID().replaceAll('-', '') };
  return { ...admitted, result, to, ...(contentId !== undefined && { contentId }) };
}

/** The message as it was first accepted under its id. */
export function messageOf(
  { user, device }: DevicePrincipal,
  request: ContentRequest,
  { standing, purpose: { service, session, file } }: { readonly standing: Submission; readonly purpose: Purpose },
): Message {
  const { result, to, at, size, expiresAtMs, contentId } = standing;
  const stored = contentId ?? request.fileId;
  const content: Content = stored === undefined ? { kind: 'inline', text: request.body as string } : { kind: 'stored', contentId: stored };
  return {
    ...result,
    ...(service !== 'standalone' && { service }),
    ...(session && { sessionId: session.id }),
    ...(file && { file: { sha256: file.sha256, ...(file.fileName !== undefined && { name: file.fileName }) } }),
    from: user,
    to: [...to],
    originDevice: device,
    ...(request.inReplyTo !== undefined && { inReplyTo: request.inReplyTo }),
    contentType: request.contentType,
    content,
    size,
    dispositionNotification: request.dispositionNotification,
    sentAt: at.getTime(),
    expiresAt: expiresAtMs,
  };
}
