import { SmscCancelled } from '@cpm/contracts-sms-interworking-gateway';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { STATUS } from '@cpm/smpp';
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
  smsc: z.string(),
  segmentIds: z.array(z.string()),
});
type SmsCancellation = z.infer<typeof smsCancellation>;

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
    const refusal = await this.#refusalOf(cancellation).catch((error: unknown) => (error as Error).message);
    const outcome = refusal === undefined ? 'cancelled' : 'refused';
    await effects.tell(() => ingress.publish(SmscCancelled, { user, smsId, attempt, at: clock.now(), outcome, reason: refusal ?? 'dropped by the SMSC' }));
    done(outcome);
  }

  /** Undefined when every segment was dropped. The first that was not keeps the others, so that the text arrives whole. */
  async #refusalOf({ user, sender, source, smsc: id, segmentIds }: SmsCancellation): Promise<string | undefined> {
    const smsc = this.parts.smscs.find(({ settings }) => settings.id === id);
    if (!smsc) return `SMSC ${id} is not configured any more`;
    if (!smsc.settings.cancel) return `SMSC ${id} takes nothing back`;
    const from = { sender, ...(source !== undefined && { source }) };
    const parties = { source: sourceOf(from, smsc.settings), destination: destinationOf(user) };
    for (const messageId of segmentIds) {
      const status = await smsc.cancel({ messageId, ...parties });
      if (status !== STATUS.ok) return `SMSC ${id} answered 0x${status.toString(16).padStart(2, '0')}`;
    }
    return undefined;
  }
}
