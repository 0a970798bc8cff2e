import { isPlainLine } from '@cpm/vocabulary';
import CircuitBreaker from 'opossum';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { GatewayConfig } from './gateway-config.js';
import type { Refusal } from './refusal.js';
import type { SmsSubmission } from './sms-submission.js';

/** Undefined: the text may go. */
export type ScreeningVerdict = Refusal | undefined;
export type ScreeningFate = 'allowed' | 'refused' | 'unanswered';

/** Asked before a text leaves. */
export interface Screening {
  verdictOn(sms: Pick<SmsSubmission, 'user' | 'sender' | 'form' | 'text'>): Promise<ScreeningVerdict>;
  close(): void;
}

export const noScreening: Screening = { verdictOn: () => Promise.resolve(undefined), close: () => undefined };

const MAX_REASON = 200;
const answer = z.object({
  allow: z.boolean(),
  /** One line; what is none counts as no reason, and not as no answer. */
  reason: z.string().max(MAX_REASON).refine(isPlainLine).optional().catch(undefined),
});
type Answer = z.infer<typeof answer>;

const BREAKER = { timeout: false, errorThresholdPercentage: 50, volumeThreshold: 5, rollingCountTimeout: 10_000, rollingCountBuckets: 10, resetTimeout: 5_000 } as const;

/** Questions that are open at a time; further ones wait, so that a crowd of texts is no crowd of connections. */
const MAX_OPEN = 50;

export interface ScreeningEvents {
  readonly done: (fate: ScreeningFate) => void;
  /** With the error from when the service does not answer, without one when it answers again. */
  readonly changed: (error: Error | undefined) => void;
}

/**
 * An operator's HTTP service that may refuse texts: `POST {user, sender, form, text?}`, answered with 200 `{allow, reason?}`. While
 * it does not answer, the text waits (`closed`, so that nothing leaves unscreened and nothing is lost) or goes (`open`).
 */
class HttpScreening implements Screening {
  readonly #breaker: CircuitBreaker<[string], Answer>;
  readonly #limit = pLimit(MAX_OPEN);
  #isAnswering = true;

  constructor(
    private readonly url: string,
    private readonly config: Pick<GatewayConfig, 'SMS_SCREENING_FAIL' | 'SMS_SCREENING_TIMEOUT_MS' | 'SMS_SCREENING_TEXT'>,
    private readonly events: ScreeningEvents,
  ) {
    this.#breaker = new CircuitBreaker((json: string) => this.#ask(json), { ...BREAKER, name: 'sms-screening' });
  }

  async verdictOn({ user, sender, form, text }: Parameters<Screening['verdictOn']>[0]): Promise<ScreeningVerdict> {
    const question = { user, sender, form, ...(this.config.SMS_SCREENING_TEXT === 'sent' && { text }) };
    try {
      const { allow, reason = 'refused' } = await this.#limit(() => this.#breaker.fire(JSON.stringify(question)));
      this.#tell(true);
      this.events.done(allow ? 'allowed' : 'refused');
      return allow ? undefined : { retry: 'never', reason: `screened: ${reason}` };
    } catch (error) {
      this.events.done('unanswered');
      this.#tell(false, error as Error);
      return this.config.SMS_SCREENING_FAIL === 'open' ? undefined : { retry: 'later', reason: 'the screening service does not answer' };
    }
  }

  close(): void {
    this.#breaker.shutdown();
  }

  #tell(isAnswering: boolean, error?: Error): void {
    if (isAnswering !== this.#isAnswering) this.events.changed(error);
    this.#isAnswering = isAnswering;
  }

  async #ask(json: string): Promise<Answer> {
    const signal = AbortSignal.timeout(this.config.SMS_SCREENING_TIMEOUT_MS);
    const response = await fetch(this.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: json, redirect: 'error', signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the screening service answered ${response.status}`);
    }
    return answer.parse(await response.json());
  }
}

/** Of the configuration, or none. */
export function screeningOf(config: GatewayConfig, events: ScreeningEvents): Screening {
  const { SMS_SCREENING_URL } = config;
  return SMS_SCREENING_URL === undefined ? noScreening : new HttpScreening(SMS_SCREENING_URL, config, events);
}
