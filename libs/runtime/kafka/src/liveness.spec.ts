import type { Clock } from '@cpm/runtime-ports';
import { LivenessWatch, type Liveness } from './liveness.js';

/** A clock that the test moves; every sleeper wakes at each step. */
function manualClock() {
  let now = 0;
  let wake: (() => void)[] = [];
  const clock: Clock = { now: () => now, sleep: () => new Promise((resolve) => { wake.push(resolve); }) };
  const advance = async (ms: number) => {
    now += ms;
    const sleepers = wake;
    wake = [];
    for (const resolve of sleepers) resolve();
    // The watcher takes a few microtasks to look and to sleep again.
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { clock, advance };
}

function watched() {
  const { clock, advance } = manualClock();
  const changes: Liveness[] = [];
  const watch = new LivenessWatch(clock, { unconfirmedMs: 6_000, inactiveMs: 30_000 }, (liveness) => changes.push(liveness));
  const stop = new AbortController();
  void watch.run(stop.signal);
  return { watch, advance, changes, stop };
}

it('says nothing while the coordinator confirms', async () => {
  const { watch, advance, changes } = watched();
  for (let second = 0; second < 100; second += 1) {
    await advance(1_000);
    watch.confirmed();
  }
  expect(changes).toEqual([]);
});

it('tells that the coordinator is silent, and that it is back', async () => {
  const { watch, advance, changes } = watched();
  for (let second = 0; second < 6; second += 1) {
    watch.active();
    await advance(1_000);
  }
  expect(changes).toEqual([]);
  await advance(1);
  expect(changes).toEqual(['unconfirmed']);
  watch.confirmed();
  await advance(1_000);
  expect(changes).toEqual(['unconfirmed', 'confirmed']);
});

it('takes no activity at all for a wedged consumer', async () => {
  const { advance, changes } = watched();
  await advance(30_000);
  expect(changes).toEqual(['unconfirmed']);
  await advance(1);
  expect(changes).toEqual(['unconfirmed', 'wedged']);
});

it('does not take an unreachable broker for a wedged consumer', async () => {
  const { watch, advance, changes } = watched();
  for (let second = 0; second < 120; second += 1) {
    watch.active();
    await advance(1_000);
  }
  expect(changes).toEqual(['unconfirmed']);
});

it('stops with the signal', async () => {
  const { advance, changes, stop } = watched();
  stop.abort();
  await advance(60_000);
  expect(changes).toEqual([]);
});
