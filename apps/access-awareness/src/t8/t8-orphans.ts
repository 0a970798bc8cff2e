import { Inject, Injectable, Logger } from '@nestjs/common';
import { T8SubscriptionNotified } from '@cpm/contracts-access-awareness';
import { t8Subscriptions, type T8Subscriptions } from '@cpm/domain-access-awareness';
import { CLOCK, ingressOf, storeOf } from '@cpm/runtime-host';
import type { AggregateStore, Clock, Ingress } from '@cpm/runtime-ports';
import type { CallbackSubject } from './callback-ids.js';
import type { T8Parts } from './t8-effects.js';
import { T8 } from './t8-tokens.js';

/** How long a request about what may be nobody's may wait for its turn. */
const WAIT_MS = 30_000;

/**
 * Subscriptions that report and that nobody knows of: their creation's answer was lost, or their subscriber is gone. Which one it is only the report
 * says, and whoever has a callback may say anything: so the network is asked whether that one reports to a callback of this subject.
 */
@Injectable()
export class T8Orphans {
  readonly #logger = new Logger('access-awareness');

  constructor(
    @Inject(T8) private readonly t8: T8Parts | undefined,
    @Inject(storeOf('access-awareness')) private readonly store: AggregateStore,
    @Inject(ingressOf('access-awareness')) private readonly ingress: Ingress,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Of a subscriber: he takes it for his, or has it deleted. Does not wait; what fails is for the next report. */
  found(subject: CallbackSubject, claimed: string): void {
    const { user, monitoring, generation } = subject;
    this.#unlessItFails(async () => {
      if ((await this.#isKnown(subject, claimed)) || !(await this.#isOf(subject, claimed))) return;
      await this.ingress.publish(T8SubscriptionNotified, { user, monitoring, generation, subscriptionId: claimed, hasReported: false, hasEnded: false, at: this.clock.now() });
    });
  }

  /** Of nobody: nothing of him is kept here, so it goes at once or with its next report. */
  remove(subject: CallbackSubject, claimed: string): void {
    this.#unlessItFails(async () => {
      if (!(await this.#isOf(subject, claimed))) return;
      const answer = await this.t8?.client.delete(claimed, this.clock.now() + WAIT_MS);
      this.#logger.log(`a T8 subscription of nobody reported: ${answer?.fate}`);
    });
  }

  async #isKnown({ user }: CallbackSubject, claimed: string): Promise<boolean> {
    const [stored] = await this.store.load(t8Subscriptions.name, [user]);
    const { subscriptions, deletions } = (stored?.state as T8Subscriptions | undefined) ?? t8Subscriptions.decider.initial;
    return [...subscriptions, ...deletions].some(({ subscriptionId }) => subscriptionId === claimed);
  }

  async #isOf({ user, monitoring, generation }: CallbackSubject, claimed: string): Promise<boolean> {
    const destination = await this.t8?.client.destinationOf(claimed, this.clock.now() + WAIT_MS);
    const other = this.t8?.callbacks.read(destination?.split('/').at(-1) ?? '', 0);
    return other?.user === user && other.monitoring === monitoring && other.generation === generation;
  }

  #unlessItFails(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#logger.warn(`a T8 subscription that nobody knows of is left until it reports again: ${(error as Error).message}`));
  }
}
