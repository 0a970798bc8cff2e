import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { submissionEvents } from '@cpm/domain-client-edge';
import { contentHash, Intake, invalidRequest, parse, payloadTooLarge, ProblemError, type DevicePrincipal } from '@cpm/http';
import { RevokeMessage, SendChatMessage } from '@cpm/contracts-routing';
import { ContentStore, type StoredFile } from '@cpm/runtime-content';
import { publish } from '@cpm/runtime-decider';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import type { Message, MessageService, SessionHead } from '@cpm/vocabulary';
import type { EdgeConfig } from '../edge-config.js';
import { CLOCK, EDGE_CONFIG, INGRESS, POLICY, type PolicyInForce } from '../ports.js';
import { publishAll } from '../publish-all.js';
import { SubmissionBook, submissionKey, type Submission, type SubmissionResult } from './submission-book.js';
import { chatRequest, fileTransferRequest, submissionRequest, type ContentRequest } from './submission-request.js';
import { messageOf, submissionOf } from './submitted-message.js';

/** What kind of message it becomes; the session or file it belongs to. */
export interface Purpose {
  readonly service: MessageService;
  readonly session?: SessionHead;
  readonly file?: StoredFile;
}

type Taken = { readonly message: Message; readonly result: SubmissionResult };

/** Takes messages from devices into the log, each at most once per sender and id. Every method throws problems 400, 409, 413, 503. */
@Injectable()
export class MessageIntake {
  constructor(
    @Inject(INGRESS) private readonly ingress: Ingress,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(POLICY) private readonly policy: PolicyInForce,
    @Inject(EDGE_CONFIG) private readonly config: EdgeConfig,
    @Inject(SubmissionBook) private readonly book: SubmissionBook,
    @Inject(ContentStore) private readonly contents: ContentStore,
    @Inject(Intake) private readonly entrance: Intake,
  ) {}

  /** A Standalone Message. Resolves once it is in the log. */
  async submit(sender: DevicePrincipal, body: unknown): Promise<SubmissionResult> {
    this.refuseLongText(body);
    const request = parse(submissionRequest, body);
    const { message, result } = await this.take(sender, request, { service: 'standalone' });
    await publishAll(this.ingress, submissionEvents(message, request.to));
    return result;
  }

  /** A chat message in a session that the caller was seen to take part in. */
  async say(sender: DevicePrincipal, session: SessionHead, body: unknown): Promise<SubmissionResult> {
    this.refuseLongText(body);
    const { conversationId, contributionId, participants } = session;
    const to = participants.filter((participant) => participant !== sender.user);
    const request = { ...parse(chatRequest, body), conversationId, contributionId, to };
    const { message, result } = await this.take(sender, request, { service: 'chat', session });
    await publishAll(this.ingress, [publish(SendChatMessage, { user: sender.user, sessionId: session.id, message, via: 'IP' })]);
    return result;
  }

  /** The offer of an uploaded file. */
  async offerFile(sender: DevicePrincipal, body: unknown): Promise<SubmissionResult> {
    const offer = parse(fileTransferRequest, body);
    const file = await this.fileOf(offer.fileId);
    const { message, result } = await this.take(sender, { ...offer, contentType: file.contentType }, { service: 'file-transfer', file });
    await publishAll(this.ingress, submissionEvents(message, offer.to));
    return result;
  }

  /** Asks to take the sender's message, or the offer of his file, back from every recipient; throws problems 404, 503. */
  async revoke({ user, device }: DevicePrincipal, messageId: string): Promise<void> {
    const submission = await this.book.find(submissionKey(user, messageId));
    if (!submission) throw new ProblemError(404, 'unknown-message', 'the message is not known among those you sent in the last seven days');
    const at = this.clock.now();
    await publishAll(this.ingress, submission.to.map((recipient) => publish(RevokeMessage, { messageId, sender: user, device, recipient, at })));
  }

  private refuseLongText(body: unknown): void {
    const text = (body as { body?: unknown } | null | undefined)?.body;
    if (typeof text === 'string' && Buffer.byteLength(text) > this.config.EDGE_MAX_TEXT_BYTES) throw payloadTooLarge(this.config.EDGE_MAX_TEXT_BYTES);
  }

  private async take(sender: DevicePrincipal, request: ContentRequest, purpose: Purpose): Promise<Taken> {
    const { id: givenId, ...rest } = request;
    // A message is as much work as it has recipients; one is counted already.
    if (request.to.length > 1) this.entrance.charge(sender.user, request.to.length - 1);
    const id = givenId ?? randomUUID();
    const _id = submissionKey(sender.user, id);
    const about = purpose.service === 'standalone' ? {} : { service: purpose.service, sessionId: purpose.session?.id };
    const hash = contentHash({ ...rest, to: [...rest.to].sort(), ...about });
    const admitted = await this.admit(request).catch(async (error: unknown) => {
      // A repetition gets its first answer even when the same request would be too late by now.
      const known = givenId === undefined ? undefined : await this.book.find(_id);
      if (known?.hash !== hash) throw error;
      return known;
    });
    const { size, expiresAtMs } = admitted;
    const submission = await submissionOf(request, { _id, id, hash, size, expiresAtMs, at: new Date(this.clock.now()) }, this.contents);
    const standing = await this.claim(submission);
    return { message: messageOf(sender, request, { standing, purpose }), result: standing.result };
  }

  private async admit(request: ContentRequest): Promise<Pick<Submission, 'size' | 'expiresAtMs'>> {
    const now = this.clock.now();
    const latest = now + this.policy.current()['deferred.ttlSec'] * 1000;
    const expiresAtMs = request.expiresAt ?? latest;
    if (expiresAtMs <= now) throw invalidRequest([{ path: 'expiresAt', message: 'must be in the future' }]);
    if (expiresAtMs > latest) throw invalidRequest([{ path: 'expiresAt', message: `must be at most ${this.policy.current()['deferred.ttlSec']} s from now` }]);
    if (request.fileId === undefined) return { size: Buffer.byteLength(request.body ?? ''), expiresAtMs };
    const { size } = await this.fileOf(request.fileId);
    // From now on it is kept for its recipients.
    if (!(await this.contents.markUsed(request.fileId, expiresAtMs))) throw unknownFile();
    return { size, expiresAtMs };
  }

  private async fileOf(fileId: string): Promise<StoredFile> {
    const file = await this.contents.find(fileId);
    if (!file || file.expiresAtMs <= this.clock.now()) throw unknownFile();
    return file;
  }

  /** The submission that stands under this id, ours or the first one. Our text goes where it is known that another stands: not where nothing is known. */
  private async claim(submission: Submission): Promise<Submission> {
    const { contentId } = submission;
    const forget = async () => contentId !== undefined && this.contents.remove(contentId);
    const standing = await this.book.claim(submission).catch(async (error: unknown) => {
      if (error instanceof ProblemError && error.status === 409) await forget();
      throw error;
    });
    if (standing !== submission) await forget();
    return standing;
  }
}

function unknownFile(): ProblemError {
  return invalidRequest([{ path: 'fileId', message: 'is not the id of an uploaded file that can still be fetched' }]);
}
