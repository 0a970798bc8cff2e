import type { AnyAggregate, EventContract } from '@cpm/runtime-decider';
import type { AggregateStore, Clock, Commands, Ingress } from '@cpm/runtime-ports';
import { CommandTimeoutError } from '@cpm/runtime-ports';

const POLL_FIRST_MS = 25;
const POLL_MAX_MS = 200;

/**
 * Sends commands and waits for their outcomes: told directly when this process owns the user's partition, otherwise
 * read from the deciding aggregate, where every outcome is kept.
 */
export class PendingCommands implements Commands {
  private readonly waiters = new Map<string, (outcome: unknown) => void>();

  constructor(
    private readonly ingress: Ingress,
    private readonly store: Pick<AggregateStore, 'answerTo'>,
    private readonly clock: Clock,
    private readonly timeoutMs = 10_000,
  ) {}

  /** The processor of this process decided a command. */
  answered(commandId: string, outcome: unknown): void {
    this.waiters.get(commandId)?.(outcome);
  }

  async ask<Payload extends { commandId: string }>(
    contract: EventContract<string, Payload>,
    payload: NoInfer<Payload>,
    { aggregate, id }: { aggregate: Pick<AnyAggregate, 'name'>; id: string },
  ): Promise<unknown> {
    const { commandId } = payload;
    const over = new AbortController();
    try {
      const told = new Promise<{ outcome: unknown }>((resolve) => this.waiters.set(commandId, (outcome) => resolve({ outcome })));
      await this.ingress.publish(contract, payload);
      const answer = await Promise.race([told, this.poll(aggregate.name, id, commandId, over.signal)]);
      if (!answer) throw new CommandTimeoutError(`no outcome of ${contract.type} within ${this.timeoutMs} ms`);
      return answer.outcome;
    } finally {
      over.abort();
      this.waiters.delete(commandId);
    }
  }

  private async poll(kind: string, id: string, commandId: string, signal: AbortSignal): Promise<{ outcome: unknown } | undefined> {
    const until = this.clock.now() + this.timeoutMs;
    for (let wait = POLL_FIRST_MS; this.clock.now() < until; wait = Math.min(wait * 2, POLL_MAX_MS)) {
      await this.clock.sleep(wait, signal).catch(() => undefined);
      if (signal.aborted) return undefined;
      const answer = await this.store.answerTo(kind, id, commandId).catch(() => undefined);
      if (answer) return answer;
    }
    return undefined;
  }
}
