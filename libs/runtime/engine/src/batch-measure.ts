import type { PoisonFault } from './inbox-message.js';

/** What one batch cost; times in ms. */
export interface BatchMeasure {
  readonly records: number;
  readonly aggregates: number;
  readonly published: number;
  /** One for each record that was put aside. */
  readonly deadLetters: readonly PoisonFault[];
  readonly loadMs: number;
  readonly decideMs: number;
  readonly writeMs: number;
  readonly publishMs: number;
  readonly commitMs: number;
}

/** From the times when each step ended, that of the beginning first. */
export function stepTimes([start = 0, loaded = 0, decided = 0, written = 0, sent = 0, committed = 0]: readonly number[]): Pick<BatchMeasure, `${'load' | 'decide' | 'write' | 'publish' | 'commit'}Ms`> {
  return { loadMs: loaded - start, decideMs: decided - loaded, writeMs: written - decided, publishMs: sent - written, commitMs: committed - sent };
}
