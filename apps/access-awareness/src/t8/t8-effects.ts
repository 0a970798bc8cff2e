import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { T8SubscriptionConfirmed, T8SubscriptionDeleted, T8SubscriptionNotified, T8SubscriptionRefused } from '@cpm/contracts-access-awareness';
import type { T8CreationInput, T8DeletionInput, T8RenewalInput } from '@cpm/domain-access-awareness';
import type { Clock, EffectHandlers, Ingress } from '@cpm/runtime-ports';
import { msisdnOf } from '@cpm/vocabulary';
import type { CallbackIds } from './callback-ids.js';
import type { T8Answer, T8Client, Wish } from './t8-client.js';
import type { T8Metrics, T8Operation } from './t8-metrics.js';
import type { T8Reports } from './t8-reports.js';

export interface T8Parts {
  readonly client: T8Client;
  readonly callbacks: CallbackIds;
  readonly notificationUrl: string;
  /** For how long a callback is good. */
  readonly callbackLifeMs: number;
}

export interface EffectParts {
  /** Absent: no network is configured. */
  readonly t8: T8Parts | undefined;
  readonly reports: T8Reports;
  readonly ingress: Ingress;
  readonly clock: Clock;
  readonly metrics: T8Metrics;
}

const RETELL_FIRST_MS = 100;
const RETELL_LAST_MS = 5_000;
/** It may be there after the next start; until then nobody need be asked often. */
const NO_NETWORK: T8Answer = { fate: 'later', reason: 'T8_API_ROOT is not set', retryAfterMs: 3_600_000 };

/** Asks the network for what the subscriptions of users need, and tells the log what became of it. What is lost here the timers of the user ask for again. */
export class T8Effects implements BeforeApplicationShutdown {
  readonly effects: EffectHandlers;
  readonly #logger = new Logger('access-awareness');
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();

  constructor(private readonly parts: EffectParts) {
    this.effects = {
      't8-create': this.#handler('create', (input) => this.#create(input as T8CreationInput)),
      't8-renew': this.#handler('renew', (input) => this.#renew(input as T8RenewalInput)),
      't8-delete': this.#handler('delete', (input) => this.#delete(input as T8DeletionInput)),
    };
  }

  /** Requests under way are broken off; what is known of the others reaches the log, or is lost when that does not take it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.parts.t8?.client.close();
    await Promise.all(this.#running);
  }

  #handler(operation: T8Operation, run: (input: unknown) => Promise<T8Answer>): (inputs: readonly unknown[]) => void {
    return (inputs) => {
      for (const input of inputs) {
        const running = run(input)
          .then(({ fate }) => {
            if (fate !== 'overdue') this.parts.metrics.request(operation, fate);
          })
          .catch((error: unknown) => this.#logger.warn(`a request of the network is made again later: ${(error as Error).message}`))
          .finally(() => this.#running.delete(running));
        this.#running.add(running);
      }
    };
  }

  async #create(input: T8CreationInput): Promise<T8Answer> {
    const { t8 } = this.parts;
    const answer = t8 ? await t8.client.create(this.#wishOf(input, t8), input.beginBy) : NO_NETWORK;
    await this.#tellSubscription(answer, { ...input, attempt: input.generation });
    return answer;
  }

  async #renew(input: T8RenewalInput): Promise<T8Answer> {
    const { t8 } = this.parts;
    const answer = t8 ? await t8.client.renew(input.subscriptionId, this.#wishOf(input, t8), input.beginBy) : NO_NETWORK;
    await this.#tellSubscription(answer, input);
    return answer;
  }

  async #delete({ user, subscriptionId, beginBy }: T8DeletionInput): Promise<T8Answer> {
    const answer = (await this.parts.t8?.client.delete(subscriptionId, beginBy)) ?? NO_NETWORK;
    if (answer.fate === 'overdue') return answer;
    const outcome = answer.fate === 'later' || answer.fate === 'never' ? answer.fate : 'deleted';
    const word: T8SubscriptionDeleted = { user, subscriptionId, outcome, ...heldUp(answer), at: this.parts.clock.now() };
    await this.#tell(() => this.parts.ingress.publish(T8SubscriptionDeleted, word));
    return answer;
  }

  async #tellSubscription(answer: T8Answer, { user, monitoring, generation, attempt }: T8CreationInput & { readonly attempt: number }): Promise<void> {
    const { ingress, reports, clock } = this.parts;
    const of = { user, monitoring, generation, at: clock.now() };
    switch (answer.fate) {
      case 'confirmed': {
        const { subscriptionId, expiresAt } = answer;
        await this.#tell(() => ingress.publish(T8SubscriptionConfirmed, { ...of, attempt, ...(subscriptionId !== undefined && { subscriptionId }), expiresAt }));
        if (answer.reports.length === 0) return undefined;
        await this.#tell(() => reports.observeUnchecked(user, answer.reports));
        // The one report that a one-shot subscription is for may be this one.
        return this.#tell(() => ingress.publish(T8SubscriptionNotified, { ...of, hasReported: true, hasEnded: false }));
      }
      case 'reported':
        await this.#tell(() => reports.observeUnchecked(user, answer.reports));
        return this.#tell(() => ingress.publish(T8SubscriptionNotified, { ...of, hasReported: true, hasEnded: true }));
      case 'gone':
      case 'later':
      case 'never':
        return this.#tell(() => ingress.publish(T8SubscriptionRefused, { ...of, attempt, outcome: answer.fate, reason: answer.reason, ...heldUp(answer) }));
      case 'overdue':
      case 'deleted':
        return undefined;
    }
  }

  /** Each request has the network report to a callback of its own, which is good as long as what is asked for, and a while longer. */
  #wishOf({ user, monitoring, generation }: T8CreationInput, { callbacks, notificationUrl, callbackLifeMs }: T8Parts): Wish {
    const msisdn = msisdnOf(user);
    if (msisdn === undefined) throw new Error('a subscription at the network is asked for without an MSISDN');
    const expiresAt = this.parts.clock.now() + callbackLifeMs;
    return { msisdn, monitoring, callbackUrl: `${notificationUrl}/${callbacks.of({ user, monitoring, generation, expiresAt })}` };
  }

  /** As long as the process lives: what is not told is asked for once more, and there may be two. */
  async #tell(tell: () => Promise<void>): Promise<void> {
    for (let waitMs = RETELL_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETELL_LAST_MS)) {
      try {
        await tell();
        return;
      } catch (error) {
        if (this.#stopped.signal.aborted) throw error;
        this.#logger.warn(`an answer of the network could not be kept, trying again: ${(error as Error).message}`);
        await this.parts.clock.sleep(waitMs, this.#stopped.signal).catch(() => undefined);
      }
    }
  }
}

function heldUp(answer: T8Answer): { retryAfterMs?: number; reason?: string } {
  return { ...('retryAfterMs' in answer && { retryAfterMs: Math.ceil(answer.retryAfterMs) }), ...('reason' in answer && { reason: answer.reason }) };
}
