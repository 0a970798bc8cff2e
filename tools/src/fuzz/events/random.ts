import { Dice as Chances } from '@cpm/testing-simulation';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The simulation's dice, and what is drawn of records. */
export class Dice extends Chances {
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
