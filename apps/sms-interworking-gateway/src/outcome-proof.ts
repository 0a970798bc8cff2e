import { setTimeout as pause } from 'node:timers/promises';
import type { SmppOutcomeUnknownError, SubmitSm, SubmitSmResult } from '@cpm/smpp';
import type { Receipts } from './receipts.js';

const LOOK_AGAIN_MS = 500;

/** Waits for a receipt to prove that a segment was accepted whose response is missing: only then is it not submitted again. */
export class OutcomeProof {
  readonly #stopped = new AbortController();

  constructor(
    private readonly receipts: Receipts,
    private readonly graceMs: number,
  ) {}

  /** Resolves as the lost response would have. @throws the error when no receipt came within the grace time or can come, or the gateway stops */
  async await(smscId: string, submitted: { readonly segment: SubmitSm; readonly since: number }, error: SmppOutcomeUnknownError): Promise<SubmitSmResult> {
    // No receipt can name it.
    if (submitted.segment.userMessageReference === undefined) throw error;
    for (let waitedMs = 0; ;) {
      const messageId = await this.receipts.provenId(smscId, submitted).catch(() => undefined);
      if (messageId !== undefined) return { messageId };
      const waitMs = Math.min(LOOK_AGAIN_MS, this.graceMs - waitedMs);
      if (waitMs <= 0 || this.#stopped.signal.aborted) throw error;
      await pause(waitMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      waitedMs += waitMs;
    }
  }

  /** Nobody is waited for any more: what is unproven is told as unknown. */
  stop(): void {
    this.#stopped.abort();
  }
}
