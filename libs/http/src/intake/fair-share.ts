const WINDOW_MS = 1_000;
/** Callers are uneven: who takes up to twice an equal share is not the cause. */
const TIMES_EQUAL = 2;
const CALLERS_KNOWN = 100_000;

/** Units by caller. */
type Window = Map<string, number>;

/** What each caller was let in with in the last second or so: while there is too little for all, nobody takes it from the others. */
export class FairShare {
  private current: Window = new Map();
  private last: Window = this.current;
  private beganAt: number;

  constructor(private readonly now: () => number) {
    this.beganAt = now();
  }

  /** Whether the caller has had more than its share of what the callers seen lately were let in with. A lone caller has no share to exceed. */
  exceeds(caller: string, perSecond: number): boolean {
    this.turn();
    if (!this.current.has(caller)) this.count(caller, 0);
    const callers = Math.max(this.current.size, this.last.size);
    const share = Math.max(1, (TIMES_EQUAL * perSecond * WINDOW_MS) / 1_000 / callers);
    return callers > TIMES_EQUAL && this.had(caller) >= share;
  }

  count(caller: string, units: number): void {
    this.turn();
    const callers = this.current;
    if (callers.has(caller) || callers.size < CALLERS_KNOWN) callers.set(caller, (callers.get(caller) ?? 0) + units);
  }

  private had(caller: string): number {
    const passed = Math.min(1, (this.now() - this.beganAt) / WINDOW_MS);
    return (this.last.get(caller) ?? 0) * (1 - passed) + (this.current.get(caller) ?? 0);
  }

  private turn(): void {
    const passed = this.now() - this.beganAt;
    if (passed >= 0 && passed < WINDOW_MS) return;
    this.last = passed < 2 * WINDOW_MS ? this.current : new Map<string, number>();
    this.current = new Map();
    this.beganAt = this.now();
  }
}
