import { CongestionWindow } from './congestion-window.js';

const accept = (window: CongestionWindow, times: number) => {
  for (let at = 0; at < times; at += 1) window.accepted();
};

it('begins as large as it may be, is halved by each burst that is too much, and is never less than one', () => {
  const window = new CongestionWindow(10);
  const sizes = Array.from({ length: 6 }, () => {
    const { size } = window;
    window.throttled();
    return size;
  });
  expect(sizes).toEqual([10, 5, 2, 1, 1, 1]);
});

it('grows by one with each round that is taken, up to what it was', () => {
  const window = new CongestionWindow(10);
  window.throttled();
  accept(window, 6);
  expect(window.size).toBe(6);
  accept(window, 1_000);
  expect(window.size).toBe(10);
});
