import { IntakeRate, type IntakeRateSettings } from './intake-rate.js';

export interface Phase {
  readonly seconds: number;
  /** Of what the system carries. */
  readonly load: number;
}

export interface PlayedPhase {
  readonly offered: number;
  readonly accepted: number;
  /** Sojourn of accepted work that is done, ms. */
  readonly sojourns: readonly number[];
  /** The same by the second in which it was accepted: the longest. */
  readonly longestBySecond: readonly number[];
  /** Accepted by each replica. */
  readonly shares: readonly number[];
}

export interface QueueSetting {
  /** Units a second that the slowest stage carries. */
  readonly capacity: number;
  readonly observedEveryMs: number;
  readonly settings: IntakeRateSettings;
  readonly replicas?: number;
  readonly random: () => number;
}

const STEP_MS = 10;
const PATH_MS = 40;
/** What is seen of a stage was so a moment ago. */
const SEEN_LATE_MS = 50;

/** A log whose consumer carries `capacity`, behind replicas of the entrance that each know only how old its head is. Time is simulated. */
export class OverloadedQueue {
  private now = 0;
  private readonly entrances: IntakeRate[];
  private readonly waiting: { at: number; sojourn: (ms: number) => void }[] = [];
  private readonly ages: { at: number; age: number }[] = [];
  private credit = 0;

  constructor(private readonly setting: QueueSetting) {
    this.entrances = Array.from({ length: setting.replicas ?? 1 }, () => new IntakeRate(setting.settings, () => this.now));
  }

  play({ seconds, load }: Phase): PlayedPhase {
    const { capacity, random, observedEveryMs } = this.setting;
    const end = this.now + seconds * 1_000;
    const began = this.now;
    const sojourns: number[] = [];
    const longestBySecond: number[] = Array.from({ length: seconds }, () => 0);
    const shares = this.entrances.map(() => 0);
    let [offered, accepted, due] = [0, 0, 0];
    for (; this.now < end; this.now += STEP_MS) {
      for (due += (load * capacity * STEP_MS) / 1_000; random() < due; due -= 1) {
        offered += 1;
        const replica = Math.floor(random() * this.entrances.length);
        if (!(this.entrances[replica] as IntakeRate).take()) continue;
        accepted += 1;
        shares[replica] = (shares[replica] ?? 0) + 1;
        const second = Math.floor((this.now - began) / 1_000);
        this.waiting.push({
          at: this.now,
          sojourn: (ms) => {
            sojourns.push(ms);
            longestBySecond[second] = Math.max(longestBySecond[second] ?? 0, ms);
          },
        });
      }
      this.serve();
      if (this.now % observedEveryMs < STEP_MS) this.observe();
    }
    return { offered, accepted, sojourns, longestBySecond, shares };
  }

  /** Nothing more comes, and what was accepted is carried. */
  drain(): void {
    for (; this.waiting.length > 0; this.now += STEP_MS) this.serve();
  }

  /** Batches of uneven cost, as a consumer whose database now and then takes longer. */
  private serve(): void {
    const { capacity, random } = this.setting;
    this.credit = Math.min(this.credit + (capacity * STEP_MS * (0.5 + random())) / 1_000, Math.max(2, capacity * 0.04));
    for (; this.credit >= 1 && this.waiting.length > 0; this.credit -= 1) {
      const done = this.waiting.shift() as (typeof this.waiting)[number];
      done.sojourn(this.now - done.at + PATH_MS);
    }
    this.ages.push({ at: this.now, age: this.now - (this.waiting[0]?.at ?? this.now) });
    if (this.ages.length > 1_000) this.ages.splice(0, 500);
  }

  private observe(): void {
    const seen = this.ages.findLast(({ at }) => at <= this.now - SEEN_LATE_MS)?.age ?? 0;
    for (const entrance of this.entrances) entrance.observe(seen);
  }
}

export function percentile(values: readonly number[], of: number): number {
  const ascending = values.toSorted((a, b) => a - b);
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * of))] ?? 0;
}
