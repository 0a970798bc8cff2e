import fc from 'fast-check';

/** Chances per mille at every step where the fault can happen; 0 switches it off for the run. */
export interface Faults {
  readonly crash: number;
  readonly stall: number;
  readonly duplicatePublish: number;
  readonly replyLost: number;
  readonly storeUnavailable: number;
  readonly duplicateIngress: number;
  readonly poison: number;
  readonly smscRefuses: number;
  readonly smscSilent: number;
  readonly receiptFails: number;
  readonly networkRefuses: number;
  readonly networkSilent: number;
  /** Steps of others that a consumer may let pass before it fetches: the more, the more records come to it at once. */
  readonly linger: number;
}

export const NO_FAULTS: Faults = {
  crash: 0, stall: 0, duplicatePublish: 0, replyLost: 0, storeUnavailable: 0, duplicateIngress: 0, poison: 0, smscRefuses: 0, smscSilent: 0, receiptFails: 0, networkRefuses: 0, networkSilent: 0, linger: 0,
};

const maybe = (max: number) => fc.oneof(fc.constant(0), fc.integer({ min: 1, max }));

/** Each run switches on its own subset of faults: a fault that is always on can hide another. */
export const faults: fc.Arbitrary<Faults> = fc.record({
  crash: maybe(25),
  stall: maybe(15),
  duplicatePublish: maybe(100),
  replyLost: maybe(60),
  storeUnavailable: maybe(30),
  duplicateIngress: maybe(200),
  poison: maybe(60),
  smscRefuses: maybe(300),
  smscSilent: maybe(200),
  receiptFails: maybe(200),
  networkRefuses: maybe(400),
  networkSilent: maybe(200),
  linger: fc.constantFrom(0, 10, 40, 120),
});
