import { SmscCancelled } from '@cpm/contracts-sms-interworking-gateway';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { SmppOutcomeUnknownError, STATUS } from '@cpm/smpp';
import { keyedAddress } from '@cpm/vocabulary';
import { z } from 'zod';
import type { RunningEffects } from './running-effects.js';
import { destinationOf, sourceOf } from './segments.js';
import type { Smsc } from './smsc-link.js';

/** The input of the effect `cancel-sms`: a text that an SMSC accepted and that nobody needs any more. */
const smsCancellation = z.object({
  user: keyedAddress,
  smsId: z.string(),
  attempt: z.number().int(),
  sender: keyedAddress,
  source: z.string().optional(),
  /** The address that the SMSC was told; absent: an earlier version did not note it. */
  from: z.object({ ton: z.number().int(), npi: z.number().int(), address: z.string() }).optional(),
  smsc: z.string(),
  segmentIds: z.array(z.string()),
});
type SmsCancellation = z.infer<typeof smsCancellation>;

/** `reason`: what the journey says of it. */
interface Answer {
  readonly dropped: string[];
  readonly reason: string;
}

export interface CancellerParts {
  readonly smscs: readonly Smsc[];
  readonly ingress: Ingress;
  readonly clock: Clock;
  readonly effects: RunningEffects;
  readonly done: (outcome: SmscCancelled['outcome']) => void;
}

/** Asks the SMSC that accepted a text to drop it, and tells the log what it said. */
export class SmsCanceller {
  constructor(private readonly parts: CancellerParts) {}

  /** The handler of the effect `cancel-sms`: begins and does not wait. */
  readonly cancel = (inputs: readonly unknown[]): void => {
    for (const input of inputs) this.parts.effects.begin(() => this.#cancel(smsCancellation.parse(input)));
  };

  async #cancel(cancellation: SmsCancellation): Promise<void> {
    const { ingress, clock, effects, done } = this.parts;
    const { user, smsId, attempt } = cancellation;
    const { dropped, reason } = await this.#ask(cancellation);
    const outcome = dropped.length > 0 ? 'cancelled' : 'refused';
    await effects.tell(() => ingress.publish(SmscCancelled, { user, smsId, attempt, at: clock.now(), outcome, reason, ...(dropped.length > 0 && { dropped }) }));
    done(outcome);
  }

  async #ask(cancellation: SmsCancellation): Promise<Answer> {
    const smsc = this.parts.smscs.find(({ settings }) => settings.id === cancellation.smsc);
    if (!smsc) return { dropped: [], reason: `SMSC ${cancellation.smsc} is not configured any more` };
    if (!smsc.settings.cancel) return { dropped: [], reason: `SMSC ${smsc.settings.id} takes nothing back` };
    return this.#askSmsc(smsc, cancellation).catch((error: unknown) => ({ dropped: [], reason: (error as Error).message }));
  }

  /**
   * The first segment that the SMSC keeps keeps all the others, so that the text arrives whole. Once one is gone, or may be, that is over,
   * and the others are better dropped too.
   */
  async #askSmsc(smsc: Smsc, { user, sender, source, from, segmentIds }: SmsCancellation): Promise<Answer> {
    const parties = { source: from ?? sourceOf({ sender, ...(source !== undefined && { source }) }, smsc.settings), destination: destinationOf(user) };
    const dropped: string[] = [];
    let refusal: string | undefined;
    let mayBeGone = false;
    for (const messageId of segmentIds) {
      const answer = await smsc.cancel({ messageId, ...parties }).catch((error: unknown) => error as Error);
      if (answer === STATUS.ok) dropped.push(messageId);
      else refusal ??= answer instanceof Error ? answer.message : `SMSC ${smsc.settings.id} answered 0x${answer.toString(16).padStart(2, '0')}`;
      mayBeGone ||= answer === STATUS.ok || answer instanceof SmppOutcomeUnknownError;
      if (!mayBeGone) break;
    }
    if (refusal === undefined) return { dropped, reason: 'dropped by the SMSC' };
    return { dropped, reason: dropped.length > 0 ? `${dropped.length} of ${segmentIds.length} segments dropped by the SMSC: ${refusal}` : refusal };
  }
}
