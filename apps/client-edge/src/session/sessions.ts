import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { sessionEvents } from '@cpm/domain-client-edge';
import type { ActInSession } from '@cpm/contracts-routing';
import { contentHash, Intake, invalidRequest, parse, ProblemError, type DevicePrincipal } from '@cpm/http';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import type { CpmAddress, SessionHead } from '@cpm/vocabulary';
import { CLOCK, INGRESS, POLICY, type PolicyInForce } from '../ports.js';
import { publishAll } from '../publish-all.js';
import { SubmissionBook, submissionKey, type Submission, type SubmissionResult } from '../submission/submission-book.js';
import { answerProblem } from './answer-problem.js';
import { RoutingCommands } from './routing-commands.js';
import { assertMaySpeak, SessionDirectory } from './session-directory.js';
import { sessionRequest, type SessionRequest } from './session-requests.js';

/** What devices do about sessions, as the edge sees it. Every method throws problems. */
@Injectable()
export class Sessions {
  constructor(
    @Inject(INGRESS) private readonly ingress: Ingress,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(POLICY) private readonly policy: PolicyInForce,
    @Inject(SubmissionBook) private readonly book: SubmissionBook,
    @Inject(RoutingCommands) private readonly commands: RoutingCommands,
    @Inject(SessionDirectory) private readonly directory: SessionDirectory,
    @Inject(Intake) private readonly entrance: Intake,
  ) {}

  /** Resolves once the session is in its creator's log: 400, 409, 503. */
  async start({ user, device }: DevicePrincipal, body: unknown): Promise<SubmissionResult> {
    const request = parse(sessionRequest, body);
    const others = request.to.filter((address) => address !== user);
    this.assertSize(request, others.length);
    if (others.length > 1) this.entrance.charge(user, others.length - 1);
    const standing = await this.keep(user, request, others);
    const session: SessionHead = {
      ...standing.result, creator: user, kind: request.kind, participants: [user, ...standing.to], ...(request.subject !== undefined && { subject: request.subject }),
    };
    await publishAll(this.ingress, sessionEvents(session, device, standing.at.getTime()));
    return standing.result;
  }

  /** Resolves once it is decided: 404, 409 with what came first, 503. */
  async act({ user, device }: DevicePrincipal, sessionId: string, how: Pick<ActInSession, 'act' | 'failure'>): Promise<void> {
    const outcome = await this.commands.actInSession({ user, device, sessionId, ...how });
    if (outcome.status === 'refused') throw answerProblem(outcome);
  }

  /** The session that a user may speak in: 404, 409. */
  async toSpeakIn(user: CpmAddress, sessionId: string): Promise<SessionHead> {
    const part = await this.directory.partOf(user, sessionId);
    if (part?.session) {
      assertMaySpeak(part);
      return part.session;
    }
    return this.justStarted(user, sessionId);
  }

  /** What its creator says right after the start may come before routing has seen it. */
  private async justStarted(user: CpmAddress, sessionId: string): Promise<SessionHead> {
    const submission = await this.book.find(submissionKey(user, sessionId));
    if (!submission?.session) throw new ProblemError(404, 'unknown-session', 'there is no such session for you');
    return { ...submission.result, creator: user, kind: submission.session, participants: [user, ...submission.to] };
  }

  private assertSize({ kind }: SessionRequest, others: number): void {
    const most = this.policy.current()['group.maxParticipants'] - 1;
    const wrong = others < 1 || (kind === 'one-to-one' ? others > 1 : others > most);
    if (!wrong) return;
    const message = kind === 'one-to-one' ? 'must name exactly one other participant' : `must name 1 to ${most} other participants`;
    throw invalidRequest([{ path: 'to', message }]);
  }

  private keep(user: CpmAddress, request: SessionRequest, to: readonly CpmAddress[]): Promise<Submission> {
    const { id: givenId, ...rest } = request;
    const id = givenId ?? randomUUID();
    const hash = contentHash({ ...rest, to: [...to].sort(), session: true });
    const now = this.clock.now();
    const result = { id, conversationId: randomUUID(), contributionId: randomUUID().replaceAll('-', '') };
    const submission: Submission = { _id: submissionKey(user, id), hash, result, to, at: new Date(now), size: 0, expiresAtMs: now, session: request.kind };
    return this.book.claim(submission);
  }
}
