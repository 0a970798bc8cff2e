const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Dice that fall the same way for the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `first` to `last`, both included. */
  from(first: number, last: number): number {
    return first + Math.floor(this.next() * (last - first + 1));
  }

  is(chance: number): boolean {
    return this.next() < chance;
  }

  one<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('there is nothing to choose from');
    return items[this.from(0, items.length - 1)] as Item;
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.from(0, 255)));
  }

  word(): string {
    return Array.from({ length: this.from(1, 12) }, () => LETTERS.charAt(this.from(0, LETTERS.length - 1))).join('');
  }
}
