/** A seeded stream of chances (mulberry32): the same seed rolls the same numbers. */
export class Dice {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** True once in `1000 / perMille` rolls on average. */
  chance(perMille: number): boolean {
    return this.next() * 1000 < perMille;
  }

  /** Undefined when there is nothing to choose from. */
  oneOf<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)];
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}
