import { Inject, Injectable, Logger } from '@nestjs/common';
import { t8Subscriptions, type T8Subscriptions } from '@cpm/domain-access-awareness';
import { CLOCK, storeOf, type UserEraser } from '@cpm/runtime-host';
import type { AggregateStore, Clock } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import type { T8Parts } from './t8-effects.js';
import { T8 } from './t8-tokens.js';

/** How long a deletion may wait for its turn: the partition waits for it. */
const WAIT_MS = 5_000;
const HEARTBEAT_MS = 1_000;

/**
 * Has the network forget a user who is erased. Tried once: a network that is down must not hold up everybody else's log. What is left there
 * expires, and is deleted when it reports.
 */
@Injectable()
export class T8Eraser implements UserEraser {
  readonly #logger = new Logger('access-awareness');

  constructor(
    @Inject(storeOf('access-awareness')) private readonly store: AggregateStore,
    @Inject(T8) private readonly t8: T8Parts | undefined,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async forget(user: CpmAddress, between: () => Promise<void>): Promise<void> {
    const { t8 } = this;
    const [stored] = t8 ? await this.store.load(t8Subscriptions.name, [user]) : [];
    if (!t8 || !stored) return;
    const { subscriptions, deletions } = stored.state as T8Subscriptions;
    const ids = [...subscriptions, ...deletions].flatMap(({ subscriptionId }) => subscriptionId ?? []);
    const answers = await this.#confirming(Promise.all(ids.map((id) => t8.client.delete(id, this.clock.now() + WAIT_MS))), between);
    const left = answers.filter(({ fate }) => fate !== 'deleted').length;
    if (left > 0) this.#logger.warn(`${left} T8 subscription(s) of an erased user are left to expire at the network`);
  }

  /** A network that does not answer takes longer than partitions may go unconfirmed. */
  async #confirming<Value>(work: Promise<Value>, between: () => Promise<void>): Promise<Value> {
    for (;;) {
      const done = await Promise.race([work.then((value) => ({ value })), this.clock.sleep(HEARTBEAT_MS).then(() => undefined)]);
      await between();
      if (done) return done.value;
    }
  }
}
