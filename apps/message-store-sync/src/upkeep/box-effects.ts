import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { EmptyingInput, NotificationInput, SweepInput } from '@cpm/domain-message-store-sync';
import type { EffectHandlers } from '@cpm/runtime-ports';
import pLimit from 'p-limit';
import type { NotifyClient } from '../subscriptions/notify-client.js';
import type { SubscriberNotification } from '../subscriptions/subscriber-notification.js';
import type { BoxSweep } from './box-sweep.js';
import type { FolderEmptying } from './folder-emptying.js';

const EMPTYINGS_AT_ONCE = 4;
const SWEEPS_AT_ONCE = 2;

type Run = (work: () => Promise<void>) => Promise<void>;

interface EffectParts {
  readonly emptying: FolderEmptying;
  readonly sweep: BoxSweep;
  readonly notification: SubscriberNotification;
  readonly client: NotifyClient;
}

/** What boxes have done outside of their decisions. What fails here is not repeated here: the box's timer does that. */
export class BoxEffects implements BeforeApplicationShutdown {
  readonly effects: EffectHandlers;
  readonly #logger = new Logger('message-store-sync');
  readonly #running = new Set<Promise<void>>();
  #isStopped = false;

  constructor(private readonly parts: EffectParts) {
    const { emptying, sweep, notification, client } = parts;
    const [emptyings, sweeps] = [pLimit(EMPTYINGS_AT_ONCE), pLimit(SWEEPS_AT_ONCE)];
    this.effects = {
      'empty-folder': this.#handler((input, run) => emptyings(() => run(() => emptying.run(input as EmptyingInput)))),
      'sweep-box': this.#handler((input, run) => sweeps(() => run(() => sweep.run(input as SweepInput)))),
      'notify-subscriber': this.#handler((input, run) => {
        const list = input as NotificationInput;
        return client.inTurn(list.subscription.notifyUrl, () => run(() => notification.run(list)));
      }),
    };
  }

  /** Lists under way are broken off; what the rest has found out reaches the log. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    await this.parts.client.close();
    await Promise.all(this.#running);
  }

  #handler(begin: (input: unknown, run: Run) => Promise<void>): (inputs: readonly unknown[]) => void {
    const run: Run = async (work) => (this.#isStopped ? undefined : work());
    return (inputs) => {
      for (const input of inputs) {
        const running = begin(input, run)
          .catch((error: unknown) => this.#logger.warn(`upkeep of a box is done later: ${(error as Error).message}`))
          .finally(() => this.#running.delete(running));
        this.#running.add(running);
      }
    };
  }
}
