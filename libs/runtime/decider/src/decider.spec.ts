import { concluding } from './decider.js';

describe('a decision in steps', () => {
  const conclude = concluding((sum: number, added: number) => sum + added);

  it('shows each step the events of those before it, and tells all in order', () => {
    expect(conclude(1, (sum) => [sum, sum], () => [], (sum) => [sum])).toEqual([1, 1, 3]);
  });

  it('is none without steps', () => expect(conclude(1)).toEqual([]));
});
