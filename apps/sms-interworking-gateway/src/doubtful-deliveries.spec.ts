import { DoubtfulDeliveries } from './doubtful-deliveries.js';

let now = 0;
const deliveries = () => {
  now = 0;
  return new DoubtfulDeliveries(() => now);
};

it('is not in doubt while its answer reached the SMSC', () => {
  const all = deliveries();
  all.acknowledged('a');
  expect(all.mayRepeat('a')).toBe(false);
});

it('is in doubt for a while when it was refused, until it is taken', () => {
  const all = deliveries();
  all.refused('a');
  expect([all.mayRepeat('a'), all.mayRepeat('b')]).toEqual([true, false]);
  now = 300_000;
  expect(all.mayRepeat('a')).toBe(false);
  now = 1_000;
  all.acknowledged('a');
  expect(all.mayRepeat('a')).toBe(false);
});

it('is in doubt when the bind was lost within 10 s of its answer', () => {
  const all = deliveries();
  all.acknowledged('old');
  now = 10_000;
  all.acknowledged('new');
  all.bindLost();
  expect([all.mayRepeat('old'), all.mayRepeat('new')]).toEqual([false, true]);
});

it('keeps the newest only', () => {
  const all = deliveries();
  for (let at = 0; at <= 10_000; at += 1) all.refused(`delivery ${at}`);
  expect([all.mayRepeat('delivery 0'), all.mayRepeat('delivery 1'), all.mayRepeat('delivery 10000')]).toEqual([false, true, true]);
});
