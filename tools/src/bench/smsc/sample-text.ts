export const SENDER = '4915110000001';
export const TEXT = 'Dinner at eight? I will bring the photographs of last summer.';

/** A number for which the peer does nothing unusual. */
export function destinationOf(number: number): string {
  return `4916${String(number).padStart(6, '0')}1234`;
}
