import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { submissionEvents } from '@cpm/domain-client-edge';
import { contentHash, invalidRequest, parse, payloadTooLarge, ProblemError, unavailable, type DevicePrincipal } from '@cpm/http';
import { RevokeMessage } from '@cpm/contracts-routing';
import { publish, type Publication } from '@cpm/runtime-decider';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { MAX_INLINE_BYTES, type Content, type Message } from '@cpm/vocabulary';
import { ContentStore } from '../content/content-store.js';
import type { EdgeConfig } from '../edge-config.js';
import { CLOCK, EDGE_CONFIG, INGRESS, POLICY, type PolicyInForce } from '../ports.js';
import { SubmissionBook, submissionKey, type Submission, type SubmissionResult } from './submission-book.js';
import { submissionRequest, type SubmissionRequest } from './submission-request.js';

/** The part of a message that the request's content decides. */
interface Admitted {
  readonly size: number;
  readonly expiresAtMs: number;
}

interface Identity {
  readonly key: string;
  readonly hash: string;
  readonly id: string;
}

/** Takes messages from devices into the log, each at most once per sender and id. */
@Injectable()
export class MessageIntake {
  constructor(
    @Inject(INGRESS) private readonly ingress: Ingress,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(POLICY) private readonly policy: PolicyInForce,
    @Inject(EDGE_CONFIG) private readonly config: EdgeConfig,
    @Inject(SubmissionBook) private readonly book: SubmissionBook,
    @Inject(ContentStore) private readonly contents: ContentStore,
  ) {}

  /** Resolves once the message is in the log; throws problems 400, 409, 413, 503. */
  async submit(sender: DevicePrincipal, body: unknown): Promise<SubmissionResult> {
    this.refuseLongText(body);
    const request = parse(submissionRequest, body);
    const { id: givenId, ...rest } = request;
    const id = givenId ?? randomUUID();
    const key = submissionKey(sender.user, id);
    const hash = contentHash({ ...rest, to: [...rest.to].sort() });
    const admitted = await this.admit(request).catch(async (error: unknown) => {
      // A repetition gets its first answer even when the same request would be too late by now.
      const known = givenId === undefined ? undefined : await this.book.find(key);
      if (known?.hash !== hash) throw error;
      return known;
    });
    const standing = await this.keep(request, { key, hash, id, ...admitted });
    const message = messageOf(sender, request, standing);
    await this.publish(submissionEvents(message, request.to));
    return standing.result;
  }

  /** Asks to take the sender's message back from every recipient; throws problems 404, 503. */
  async revoke({ user, device }: DevicePrincipal, messageId: string): Promise<void> {
    const submission = await this.book.find(submissionKey(user, messageId));
    if (!submission) throw new ProblemError(404, 'unknown-message', 'the message is not known among those you sent in the last seven days');
    const at = this.clock.now();
    await this.publish(submission.to.map((recipient) => publish(RevokeMessage, { messageId, sender: user, device, recipient, at })));
  }

  private refuseLongText(body: unknown): void {
    const text = (body as { body?: unknown } | null | undefined)?.body;
    if (typeof text === 'string' && Buffer.byteLength(text) > this.config.EDGE_MAX_TEXT_BYTES) throw payloadTooLarge(this.config.EDGE_MAX_TEXT_BYTES);
  }

  private async admit(request: SubmissionRequest): Promise<Admitted> {
    const now = this.clock.now();
    const latest = now + this.policy.current()['deferred.ttlSec'] * 1000;
    const expiresAtMs = request.expiresAt ?? latest;
    if (expiresAtMs <= now) throw invalidRequest([{ path: 'expiresAt', message: 'must be in the future' }]);
    if (expiresAtMs > latest) throw invalidRequest([{ path: 'expiresAt', message: `must be at most ${this.policy.current()['deferred.ttlSec']} s from now` }]);
    return { size: await this.sizeOf(request), expiresAtMs };
  }

  private async sizeOf({ body, fileId }: SubmissionRequest): Promise<number> {
    if (fileId === undefined) return Buffer.byteLength(body ?? '');
    const file = await this.contents.find(fileId);
    if (!file || file.expiresAtMs <= this.clock.now()) throw invalidRequest([{ path: 'fileId', message: 'is not the id of an uploaded file that can still be fetched' }]);
    return file.size;
  }

  /** The submission that stands under this id: ours, or the first one. Content goes first, so that no record points at nothing. */
  private async keep(request: SubmissionRequest, { key, hash, id, size, expiresAtMs }: Identity & Admitted): Promise<Submission> {
    const { body, contentType } = request;
    const contentId = body !== undefined && size > MAX_INLINE_BYTES ? await this.contents.keepText(body, contentType) : undefined;
    const submission: Submission = {
      _id: key,
      hash,
      result: { id, conversationId: request.conversationId ?? randomUUID(), contributionId: request.contributionId ?? randomUUID().replaceAll('-', '') },
      to: request.to,
      at: new Date(this.clock.now()),
      size,
      expiresAtMs,
      ...(contentId !== undefined && { contentId }),
    };
    const standing = await this.book.keep(submission).catch((error: unknown) => {
      throw unavailable(1, error);
    });
    if (standing !== submission && contentId !== undefined) await this.contents.remove(contentId);
    if (standing.hash !== hash) throw new ProblemError(409, 'id-reused', 'another message was sent under this id', { errors: [{ path: 'id', message: 'is taken by another message' }] });
    return standing;
  }

  private async publish(publications: readonly Publication[]): Promise<void> {
    await Promise.all(publications.map(({ contract, payload }) => this.ingress.publish(contract, payload))).catch((error: unknown) => {
      throw unavailable(1, error);
    });
  }
}

function messageOf({ user, device }: DevicePrincipal, request: SubmissionRequest, standing: Submission): Message {
  const { result, to, at, size, expiresAtMs, contentId } = standing;
  const stored = contentId ?? request.fileId;
  const content: Content = stored === undefined ? { kind: 'inline', text: request.body as string } : { kind: 'stored', contentId: stored };
  return {
    ...result,
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
