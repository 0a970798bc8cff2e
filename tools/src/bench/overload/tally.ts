import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { percentiles, record } from '../histogram.js';
import type { Window } from './profile-protocol.js';

export type Count = 'due' | 'accepted' | 'overloaded' | 'overShare' | 'failed' | 'completed';

/** Counts and times of some of the messages. */
export class Tally {
  readonly counts: Record<Count, number> = { due: 0, accepted: 0, overloaded: 0, overShare: 0, failed: 0, completed: 0 };
  private readonly push: RecordableHistogram = createHistogram();
  private readonly report: RecordableHistogram = createHistogram();

  pushed(ms: number): void {
    record(this.push, ms);
  }

  reported(ms: number): void {
    record(this.report, ms);
  }

  get window(): Window {
    return { ...this.counts, submitToPush: percentiles(this.push), submitToReport: percentiles(this.report) };
  }
}

/** One phase: as a whole, by second, and without the hot user. */
export class PhaseTally {
  readonly whole = new Tally();
  readonly others = new Tally();
  private readonly seconds: Tally[];

  constructor(
    seconds: number,
    private readonly beganAt: number,
  ) {
    this.seconds = Array.from({ length: Math.ceil(seconds) }, () => new Tally());
  }

  /** All that a message that was due at `at` counts for. */
  of(at: number, isHot: boolean): readonly Tally[] {
    const second = this.seconds[Math.floor((at - this.beganAt) / 1_000)];
    return [this.whole, ...(second ? [second] : []), ...(isHot ? [] : [this.others])];
  }

  get bySecond(): readonly Window[] {
    return this.seconds.map(({ window }) => window);
  }
}
