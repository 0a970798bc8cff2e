/**
 * How much happens in a run. Most seeds are short: a handful of operations, few devices that are connected, users who are provisioned already.
 * What few events bring about is found there, and a short run costs a small part of a long one, so that the same time tries many more
 * combinations of faults, policy and operations. One seed in `LONG_EVERY` is long: what needs many events at once, and the provisioning
 * among faults, comes about only there. Steps, not seeds, say how much was tried: the summary counts them, and the long seeds.
 */
export type Size = 'short' | 'long';

/** Prime to whatever else depends on the number of a seed. */
const LONG_EVERY = 11;

export function sizeOf(seed: number): Size {
  return seed % LONG_EVERY === 0 ? 'long' : 'short';
}
