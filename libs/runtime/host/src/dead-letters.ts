import type { ServiceName } from '@cpm/runtime-decider';

/** A record that was put aside. `value` is the record as it stood in the inbox; `at` is epoch ms. */
export interface DeadLetter {
  readonly id: string;
  readonly service: ServiceName;
  readonly key: string;
  readonly value: string;
  readonly reason: string;
  readonly at: number;
  readonly replayed: boolean;
}

/** A part of a list; `cursor` fetches what follows. */
export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  readonly cursor?: string;
}

/** The records that services put aside. */
export interface DeadLetters {
  /** In the order of their ids, those after `cursor`. */
  list(service: ServiceName, cursor: string | undefined, limit: number): Promise<DeadLetterPage>;
  find(service: ServiceName, id: string): Promise<DeadLetter | undefined>;
  markReplayed(service: ServiceName, id: string): Promise<void>;
}
