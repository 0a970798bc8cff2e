import { setTimeout as pause } from 'node:timers/promises';
import type { SmppOutcomeUnknownError, SubmitSmResult } from '@cpm/smpp';
import type { Receipts, UnansweredSegment } from './receipts.js';

const LOOK_AGAIN_MS = 500;

/** Waits for a receipt to prove that a segment was accepted whose response is missing: only then is it not submitted again. */
export class OutcomeProof {
  readonly #stopped = new AbortController();

  constructor(
    private readonly receipts: Receipts,
    private readonly graceMs: number,
  ) {}

  /** Resolves as the lost response would have. @throws the error when no receipt came within the grace time, or the gateway stops */
  async await(smscId: string, submitted: UnansweredSegment, error: SmppOutcomeUnknownError): Promise<SubmitSmResult> {
    for (let waitedMs = 0; ;) {
      const proven = await this.#proven(smscId, submitted);
      if (proven) return proven;
      const waitMs = Math.min(LOOK_AGAIN_MS, this.graceMs - waitedMs);
      if (waitMs <= 0 || this.#stopped.signal.aborted) break;
      await pause(waitMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      waitedMs += waitMs;
    }
    // Looked for once more, because a receipt may just have been parked that did not find it yet.
    const last = await this.receipts.givenUp(smscId, submitted).then(() => this.#proven(smscId, submitted), () => undefined);
    if (last) return last;
    throw error;
  }

  async #proven(smscId: string, submitted: UnansweredSegment): Promise<SubmitSmResult | undefined> {
    const messageId = await this.receipts.provenId(smscId, submitted).catch(() => undefined);
    return messageId === undefined ? undefined : { messageId };
  }

  /** Nobody is waited for any more: what is unproven is told as unknown. */
  stop(): void {
    this.#stopped.abort();
  }
}
