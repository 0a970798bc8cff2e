import type { Seen } from '../seen.js';

/** What must not be. */
export interface Violation {
  readonly invariant: string;
  /** Of what it is about: the id of a submission, or a user. */
  readonly about: string;
  readonly what: string;
}

/** One rule about what is seen from outside. */
export interface Invariant {
  readonly name: string;
  /** Each time it is broken. */
  readonly broken: (seen: Seen) => readonly Omit<Violation, 'invariant'>[];
}
