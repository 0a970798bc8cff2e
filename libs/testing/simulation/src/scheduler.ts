import type { Dice } from './dice.js';

/**
 * Says what happens next: every port call waits for its turn here, and the dice choose among those that wait. Nothing in the world waits
 * for anything but promises, so that all that follows from one step is over before the next.
 */
export class Steps {
  private taken = 0;
  private readonly ready: (() => void)[] = [];
  private readonly resting: { readonly until: number; readonly go: () => void }[] = [];

  constructor(private readonly dice: Dice) {}

  /** How many wait: none, and the world has come to rest. */
  get pending(): number {
    return this.ready.length + this.resting.length;
  }

  get total(): number {
    return this.taken;
  }

  turn(): Promise<void> {
    return new Promise((resolve) => this.wait(resolve));
  }

  /** Calls `go` when its turn has come. */
  wait(go: () => void): void {
    this.ready.push(go);
  }

  /** Joins those that wait for a turn after `steps` others, or earlier when nobody else waits. */
  later(steps: number, go: () => void): void {
    this.resting.push({ until: this.taken + steps, go });
  }

  /** Lets one of those that wait go on, and all that follows from it come to its next wait. */
  advance(): Promise<void> {
    this.step();
    return this.settle();
  }

  settle(): Promise<void> {
    return new Promise(afterAllThatFollows);
  }

  /** Runs until nobody waits any more; rejects with what has failed meanwhile. */
  rest(failure: () => Error | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        const failed = failure();
        if (failed) return reject(failed);
        if (this.pending === 0) return resolve();
        this.step();
        return afterAllThatFollows(go);
      };
      afterAllThatFollows(go);
    });
  }

  private step(): void {
    this.taken += 1;
    if (this.resting.length > 0) this.wake();
    const chosen = this.dice.below(this.ready.length);
    const go = this.ready[chosen] as () => void;
    const last = this.ready.pop() as () => void;
    if (chosen < this.ready.length) this.ready[chosen] = last;
    go();
  }

  private wake(): void {
    const soonest = this.ready.length === 0 ? Math.min(...this.resting.map(({ until }) => until)) : 0;
    const upTo = Math.max(soonest, this.taken);
    for (let at = this.resting.length - 1; at >= 0; at -= 1) {
      const one = this.resting[at];
      if (!one || one.until > upTo) continue;
      this.resting.splice(at, 1);
      this.ready.push(one.go);
    }
  }
}

const kept = Promise.resolve();

/** A tick that is asked for by a promise comes after all promises that can be kept; one asked for by a tick would come before them. */
function afterAllThatFollows(go: () => void): void {
  void kept.then(() => process.nextTick(go));
}
