import { SmscAccepted, SmscRefused } from '@cpm/contracts-sms-interworking-gateway';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { fillUcnTemplate, SmsTextRefusedError } from '@cpm/sms-text';
import { SmppInvalidPduError, SmppOutcomeUnknownError, SmppStatusError, type SubmitSm, type SubmitSmResult } from '@cpm/smpp';
import type { GatewayConfig } from './gateway-config.js';
import type { OutcomeProof } from './outcome-proof.js';
import type { MessageIdScope, Receipts } from './receipts.js';
import type { Screening } from './screening.js';
import { segmentsOf, UnsubmittableError } from './segments.js';
import type { SegmentReference } from './sms-references.js';
import { smsSubmission, type SmsSubmission } from './sms-submission.js';
import type { SmscLink } from './smsc-link.js';
import type { UcnLinks } from './ucn-links.js';

type Retry = 'later' | 'never' | 'unknown';
export type SubmissionFate = 'accepted' | Retry;

interface Refusal {
  readonly retry: Retry;
  readonly reason: string;
}

export interface SubmitterParts {
  readonly smsc: MessageIdScope;
  readonly link: SmscLink;
  readonly receipts: Receipts;
  readonly proof: OutcomeProof;
  readonly links: UcnLinks;
  readonly screening: Screening;
  readonly ingress: Ingress;
  readonly clock: Clock;
  readonly settings: Pick<GatewayConfig, 'SMPP_VALIDITY' | 'SMPP_SENDER_NAME'>;
  readonly done: (fate: SubmissionFate, mayRepeat: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/** Nothing of the segment was written: whoever asked for it does not wait any more. */
class SubmissionOverdueError extends Error {
  override readonly name = 'SubmissionOverdueError';
}

/** How often a throttled segment is tried again on the spot. */
const THROTTLE_TRIES = 5;
const THROTTLE_WAIT_MS = 1_000;
const RETELL_FIRST_MS = 100;
const RETELL_LAST_MS = 5_000;

/** Submits texts to the SMSC, segment by segment, and tells the log what became of each. */
export class SmsSubmitter {
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly parts: SubmitterParts) {}

  /** The handler of the effect `submit-sms`: begins and does not wait. */
  readonly submit = (inputs: readonly unknown[]): void => {
    for (const input of inputs) {
      const running = this.#submit(input).catch(this.parts.failed).finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
  };

  /** Resolves when nothing is being submitted any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #submit(input: unknown): Promise<void> {
    const sms = smsSubmission.parse(input);
    const { user, smsId, attempt } = sms;
    const accepted: SegmentReference[] = [];
    const refusal = (await this.parts.screening.verdictOn(sms)) ?? (await this.#submitSegments(sms, accepted));
    const at = this.parts.clock.now();
    if (refusal) await this.#tell(() => this.parts.ingress.publish(SmscRefused, { user, smsId, attempt, at, ...refusal }));
    else await this.#tell(() => this.parts.ingress.publish(SmscAccepted, { user, smsId, attempt, at, segmentIds: accepted.map(({ segmentId }) => segmentId) }));
    this.parts.done(refusal?.retry ?? 'accepted', sms.mayRepeat);
    for (const reference of accepted) await this.#tell(() => this.parts.receipts.joinParked(this.parts.smsc, reference));
  }

  /** Undefined when every segment was accepted; `accepted` grows with each. */
  async #submitSegments(sms: SmsSubmission, accepted: SegmentReference[]): Promise<Refusal | undefined> {
    const { user, smsId, attempt } = sms;
    try {
      const text = await this.#textOf(sms);
      for (const segment of segmentsOf({ ...sms, text }, this.parts.clock.now(), this.parts.settings)) {
        const { messageId } = await this.#submitThrottled(segment, sms.beginBy);
        const reference = { user, smsId, attempt, segmentId: messageId };
        accepted.push(reference);
        if (messageId !== '') await this.#tell(() => this.parts.receipts.accepted(this.parts.smsc, reference));
      }
      return undefined;
    } catch (error) {
      return refusalFor(error, accepted.length);
    }
  }

  /** The link is kept before its URL leaves, so that nobody can come before it. */
  async #textOf({ user, text, link, expiresAt }: SmsSubmission): Promise<string> {
    if (!link) return text;
    return fillUcnTemplate(text, { url: await this.parts.links.urlOf({ user, expiresAt, ...link }) });
  }

  async #submitThrottled(segment: SubmitSm, beginBy: number): Promise<SubmitSmResult> {
    for (let tries = 1; ; tries += 1) {
      if (this.parts.clock.now() > beginBy) throw new SubmissionOverdueError('the submission waited too long for its turn');
      const since = this.parts.clock.now();
      try {
        return await this.parts.link.submit(segment);
      } catch (error) {
        if (error instanceof SmppOutcomeUnknownError) return await this.parts.proof.await(this.parts.smsc.id, { segment, since }, error);
        if (!(error instanceof SmppStatusError) || error.kind !== 'throttled' || tries === THROTTLE_TRIES) throw error;
        await this.parts.clock.sleep(error.statusClass.retryAfterMs ?? THROTTLE_WAIT_MS);
      }
    }
  }

  /** What became of a submission must reach the log: otherwise the text would be submitted again. */
  async #tell(tell: () => Promise<void>): Promise<void> {
    for (let waitMs = RETELL_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETELL_LAST_MS)) {
      try {
        await tell();
        return;
      } catch (error) {
        this.parts.failed(error);
        await this.parts.clock.sleep(waitMs);
      }
    }
  }
}

/** Once a part has been accepted the recipient may see it, so what follows cannot be said to have left nothing behind. */
function refusalFor(error: unknown, acceptedSegments: number): Refusal {
  const { message: reason } = error as Error;
  if (error instanceof SmppOutcomeUnknownError) return { retry: 'unknown', reason };
  const isPermanent = error instanceof SmppStatusError ? error.kind === 'permanent' : NEVER.some((kind) => error instanceof kind);
  if (isPermanent) return { retry: 'never', reason };
  return acceptedSegments > 0 ? { retry: 'unknown', reason: `after ${acceptedSegments} accepted segment(s): ${reason}` } : { retry: 'later', reason };
}

const NEVER = [SmppInvalidPduError, SmsTextRefusedError, UnsubmittableError, RangeError];
