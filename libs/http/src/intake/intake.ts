import { ProblemError } from '../problem.js';
import { FairShare } from './fair-share.js';
import { IntakeRate, type IntakeRateSettings } from './intake-rate.js';

/** Whether work that devices and networks bring is let in. What answers, reads or belongs to operators never asks. */
export abstract class Intake {
  /** Before anything of the request is read; the caller, where he is known already. Throws as `admit` does, and takes nothing: who he is may have to be proven. */
  abstract assertOpen(caller: string | undefined): void;
  /** Takes one unit; the caller, where he is one of many. Throws a 503 problem, or 429 where it is the caller who takes too much. */
  abstract admit(caller: string | undefined): void;
  /** The admitted request turned out to be so many units more. */
  abstract charge(caller: string, units: number): void;
}

/** Lets everything in: for entrances that nothing tells how long accepted work waits. */
export class OpenIntake extends Intake {
  assertOpen(): void {
    return;
  }

  admit(): void {
    return;
  }

  charge(): void {
    return;
  }
}

/** What was asked for and what was let in, lately. */
interface Tally {
  asked: number;
  admitted: number;
}

const TALLY_FORGETS = 0.8;
const LONGEST_WAIT_SEC = 30;

/** Lets in what accepted work shows to be carried, and nobody more than his share of it. */
export class GovernedIntake extends Intake {
  private readonly rate: IntakeRate;
  private readonly share: FairShare;
  private readonly tally: Tally = { asked: 0, admitted: 0 };
  /** Since the start. */
  readonly counts = { admitted: 0, overloaded: 0, overShare: 0 };

  constructor(
    settings: IntakeRateSettings,
    now: () => number,
    private readonly random: () => number = Math.random,
  ) {
    super();
    this.rate = new IntakeRate(settings, now);
    this.share = new FairShare(now);
  }

  get isLimited(): boolean {
    return this.rate.isLimited;
  }

  get perSecond(): number {
    return this.rate.rate;
  }

  /** Accepted work waits for so long now; called a few times a second. */
  observe(delayMs: number): void {
    this.rate.observe(delayMs);
    this.tally.asked *= TALLY_FORGETS;
    this.tally.admitted *= TALLY_FORGETS;
  }

  assertOpen(caller: string | undefined): void {
    if (caller !== undefined && this.rate.isLimited && this.share.exceeds(caller, this.rate.rate)) {
      this.counts.overShare += 1;
      throw new ProblemError(429, 'too-many-requests', 'the system is behind, and you have had more than your share', { headers: { 'retry-after': this.wait() } });
    }
    if (this.rate.isClosed) this.refuse();
  }

  admit(caller: string | undefined): void {
    this.assertOpen(caller);
    this.rate.take();
    this.tally.asked += 1;
    this.tally.admitted += 1;
    this.counts.admitted += 1;
    if (caller !== undefined) this.share.count(caller, 1);
  }

  charge(caller: string, units: number): void {
    this.rate.charge(units);
    this.share.count(caller, units);
  }

  private refuse(): never {
    this.rate.take();
    this.tally.asked += 1;
    this.counts.overloaded += 1;
    throw overloaded(this.wait());
  }

  /** The more come for each that is let in, the later they should come again; at random, so that they do not come together. */
  private wait(): string {
    const { asked, admitted } = this.tally;
    return String(Math.ceil(Math.min(LONGEST_WAIT_SEC, (asked / Math.max(1, admitted)) * (1 + this.random()))));
  }
}

/** Nothing of the request was read or kept: it may be repeated. */
export function overloaded(retryAfterSec: string): ProblemError {
  return new ProblemError(503, 'overloaded', 'the system is behind with what it has accepted: come again later', { headers: { 'retry-after': retryAfterSec } });
}
