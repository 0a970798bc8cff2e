import type { EventContract } from './event-contract.js';

/** An event to publish: goes to the inbox of every listener of its contract. */
export interface Publication {
  readonly kind: 'publish';
  readonly contract: EventContract;
  readonly payload: unknown;
}

export type RowFields = Readonly<Record<string, unknown>>;

/**
 * An idempotent write of a row beside the aggregate, made before the aggregate's own write; readers ignore rows
 * above the aggregate's head. `insert` creates the row once; `set`, `add` and `remove` change an existing row.
 */
export interface RowWrite {
  readonly kind: 'row';
  readonly table: string;
  readonly id: string;
  readonly insert?: RowFields;
  readonly set?: RowFields;
  /** Values added to (or removed from) set-valued fields. */
  readonly add?: Readonly<Record<string, readonly unknown[]>>;
  readonly remove?: Readonly<Record<string, readonly unknown[]>>;
  /**
   * The number of the change, kept in this field: `set`, `add` and `remove` are made only where the row's own number is lower. So a change
   * that is made again, or late by an owner of long ago, changes nothing. With `erase`: the row goes unless its own number is higher.
   */
  readonly number?: { readonly field: string; readonly value: number };
  readonly erase?: true;
}

/** Work for the outside world, done after the commit and at most once per commit; its outcome returns as an event. */
export interface Effect {
  readonly kind: 'effect';
  readonly type: string;
  readonly input: unknown;
}

/** The outcome of a command that somebody waits for; kept with the aggregate, so that a repetition gets the same. */
export interface Answer {
  readonly kind: 'answer';
  readonly commandId: string;
  readonly outcome: unknown;
}

export type Reaction = Publication | RowWrite | Effect | Answer;

export function publish<Payload>(contract: EventContract<string, Payload>, payload: NoInfer<Payload>): Publication {
  return { kind: 'publish', contract: contract as EventContract, payload };
}

export function writeRow(row: Omit<RowWrite, 'kind'>): RowWrite {
  return { kind: 'row', ...row };
}

export function perform(type: string, input: unknown): Effect {
  return { kind: 'effect', type, input };
}

export function answer(commandId: string, outcome: unknown): Answer {
  return { kind: 'answer', commandId, outcome };
}
