import type { EventContract } from '@cpm/runtime-decider';
import type { Ingress } from '@cpm/runtime-ports';

interface Published {
  readonly type: string;
  readonly payload: Record<string, unknown>;
}

/** The log, as far as the gateway sees it; `refusals` next publications fail. */
export class RecordedIngress implements Ingress {
  readonly published: Published[] = [];
  refusals = 0;
  /** Publications that wait for the release of a hold. */
  held = 0;
  #open: Promise<void> | undefined;

  async publish<Payload>(contract: EventContract<string, Payload>, payload: Payload): Promise<void> {
    if (this.#open) {
      this.held += 1;
      await this.#open;
    }
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new Error('the log is away');
    }
    this.published.push({ type: contract.type, payload: contract.schema.parse(payload) as Record<string, unknown> });
  }

  /** Nothing is taken until what it returns is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = promise;
    return () => {
      this.#open = undefined;
      resolve();
    };
  }

  of(type: string): Record<string, unknown>[] {
    return this.published.filter((one) => one.type === type).map(({ payload }) => payload);
  }
}
