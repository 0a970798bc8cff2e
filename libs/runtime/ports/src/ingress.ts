import type { AnyAggregate, EventContract } from '@cpm/runtime-decider';

/** The way of outside events into the log. */
export interface Ingress {
  /** Resolves once the log has the event in the inbox of every listener; rejects when that is not known. */
  publish<Payload>(contract: EventContract<string, Payload>, payload: NoInfer<Payload>): Promise<void>;
}

/** Commands somebody waits for. */
export interface Commands {
  /**
   * Sends a command into the log of its user and waits until the owner of that log has decided it.
   * The same `commandId` gets the first outcome again. Rejects with `CommandTimeoutError` when no outcome is known in time.
   */
  ask<Payload extends { commandId: string }>(
    contract: EventContract<string, Payload>,
    payload: NoInfer<Payload>,
    decidedBy: { aggregate: Pick<AnyAggregate, 'name'>; id: string },
  ): Promise<unknown>;
}

export class CommandTimeoutError extends Error {
  override readonly name = 'CommandTimeoutError';
}

/** What a service does in the outside world after a commit: `handlers[effect.type](effect.input)`. */
export type EffectHandlers = Readonly<Record<string, (inputs: readonly unknown[]) => void>>;
