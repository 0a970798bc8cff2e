import { SmppNotBoundError } from './errors.js';
import { SubmitPace } from './submit-pace.js';
import { SubmitWindow, type Turn } from './submit-window.js';
import { ManualTimers } from './testing/manual-timers.js';

function held() {
  let release!: () => void;
  const promise = new Promise<void>((resolve) => (release = resolve));
  return { promise, release };
}

function windowOf(size: number, maxWaiting: number, ratePerSec = Infinity) {
  const timers = new ManualTimers();
  const pace = new SubmitPace(ratePerSec, () => timers.now());
  return { window: new SubmitWindow({ size: () => size, maxWaiting: { submission: maxWaiting, cancellation: maxWaiting }, pace, timers }), timers, pace };
}

describe('SubmitWindow', () => {
  it('starts no more than fit, and the waiting ones in order', async () => {
    const { window } = windowOf(2, 10);
    const gates = [held(), held(), held(), held()];
    const started: number[] = [];
    const runs = gates.map((gate, at) => window.run(() => (started.push(at), gate.promise)));
    await Promise.resolve();
    expect([started, window.used]).toEqual([[0, 1], 2]);
    gates[1]?.release();
    await runs[1];
    expect([started, window.used]).toEqual([[0, 1, 2], 2]);
    for (const gate of gates) gate.release();
    await Promise.all(runs);
    expect([started, window.used]).toEqual([[0, 1, 2, 3], 0]);
  });

  it('frees the place of a submission that failed', async () => {
    const { window } = windowOf(1, 0);
    await expect(window.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(window.run(() => Promise.resolve('yes'))).resolves.toBe('yes');
  });

  it('rejects what waits, and what finds the queue full', async () => {
    const { window } = windowOf(1, 1);
    const gate = held();
    const running = window.run(() => gate.promise);
    const waiting = window.run(() => Promise.resolve());
    await expect(window.run(() => Promise.resolve())).rejects.toMatchObject({ reason: 'queue-full' });
    window.rejectWaiting(new SmppNotBoundError('unbound'));
    await expect(waiting).rejects.toMatchObject({ reason: 'unbound' });
    gate.release();
    await running;
    expect(window.used).toBe(0);
  });

  it('starts no faster than the rate, however much room there is', async () => {
    const { window, timers } = windowOf(100, 100, 25);
    const startedAt: number[] = [];
    const runs = Array.from({ length: 52 }, () => window.run(async () => void startedAt.push(timers.now())));
    for (let passed = 0; passed < 3_000; passed += 10) {
      timers.advance(10);
      await Promise.resolve();
    }
    await Promise.all(runs);
    // A burst of a tenth of a second, then one each 40 ms.
    expect(startedAt.filter((at) => at < 1_000)).toHaveLength(27);
    expect(startedAt.at(-1)).toBeGreaterThanOrEqual(1_900);
  });

  it('gives back what nobody wants any more when its turn comes, and starts what is behind it', async () => {
    const { window } = windowOf(1, 10);
    const gate = held();
    const running = window.run(() => gate.promise);
    let wanted = true;
    const overdue = window.run(() => Promise.resolve(), { isWanted: () => wanted });
    const next = window.run(() => Promise.resolve('started'));
    wanted = false;
    gate.release();
    await expect(overdue).rejects.toMatchObject({ reason: 'overdue' });
    await expect(next).resolves.toBe('started');
    await running;
  });
});

describe('SubmitWindow of several ranks', () => {
  function fullWindow(maxWaiting: number) {
    const { window } = windowOf(1, maxWaiting);
    const gate = held();
    const started: string[] = [];
    const running = window.run(() => gate.promise);
    const begin = (name: string, turn: Turn) => {
      const run = window.run(async () => void started.push(name), turn);
      run.catch(() => undefined);
      return run;
    };
    return { window, begin, started, finish: async () => (gate.release(), running) };
  }

  it('continues what was begun before anything new, and takes back last', async () => {
    const { begin, started, finish } = fullWindow(10);
    const runs = [
      begin('cancellation', { rank: 'cancellation' }), begin('first', {}), begin('second', {}), begin('continuation', { rank: 'continuation' }), begin('another', { rank: 'continuation' }),
    ];
    await finish();
    await Promise.all(runs);
    expect(started).toEqual(['continuation', 'another', 'first', 'second', 'cancellation']);
  });

  it('has room for what was begun though too many wait and nobody asks for it, and the other ranks do not take each other\'s', async () => {
    const { begin, finish } = fullWindow(1);
    const runs = [begin('a', {}), begin('b', { rank: 'cancellation' }), begin('c', { rank: 'continuation', isWanted: () => false }), begin('d', { rank: 'continuation', isWanted: () => false })];
    await expect(begin('e', {})).rejects.toMatchObject({ reason: 'queue-full' });
    await expect(begin('f', { rank: 'cancellation' })).rejects.toMatchObject({ reason: 'queue-full' });
    await finish();
    await expect(Promise.all(runs)).resolves.toHaveLength(4);
  });

  it('continues what was begun when it closes, and refuses all else', async () => {
    const { window, begin, started, finish } = fullWindow(10);
    const [text, cancellation, continuation] = [begin('text', {}), begin('cancellation', { rank: 'cancellation' }), begin('continuation', { rank: 'continuation' })];
    window.close();
    await expect(text).rejects.toMatchObject({ reason: 'closing' });
    await expect(cancellation).rejects.toMatchObject({ reason: 'closing' });
    await expect(begin('later', {})).rejects.toMatchObject({ reason: 'closing' });
    await finish();
    await continuation;
    await begin('last', { rank: 'continuation' });
    expect([started, window.used]).toEqual([['continuation', 'last'], 0]);
  });
});

describe('SubmitPace', () => {
  it('pauses for a second, then twice as long each time, up to half a minute', () => {
    const { pace, timers } = windowOf(1, 1);
    const pauses: number[] = [];
    for (let time = 0; time < 7; time += 1) {
      timers.advance(pace.delayMs());
      pauses.push(pace.throttled(timers.now()));
      expect(pace.delayMs()).toBe(pauses.at(-1));
      timers.advance(1);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('begins with the pause that its SMSC needs, however long, and doubles that', () => {
    const pausesFrom = (firstMs: number) => {
      const { pace, timers } = windowOf(1, 1);
      return Array.from({ length: 4 }, () => {
        timers.advance(pace.delayMs() + 1);
        return pace.throttled(timers.now(), firstMs);
      });
    };
    expect(pausesFrom(5_000)).toEqual([5_000, 10_000, 20_000, 30_000]);
    expect(pausesFrom(60_000)).toEqual([60_000, 60_000, 60_000, 60_000]);
  });

  it('takes the refusals of one burst for one, and begins anew after an acceptance', () => {
    const { pace, timers } = windowOf(1, 1);
    timers.advance(10);
    expect([pace.throttled(5), pace.throttled(6), pace.throttled(10)]).toEqual([1_000, 0, 0]);
    timers.advance(2_000);
    // Written before the pause: says nothing of what came after it.
    pace.accepted(5);
    expect(pace.throttled(2_005)).toBe(2_000);
    timers.advance(5_000);
    pace.accepted(timers.now());
    expect(pace.throttled(timers.now())).toBe(1_000);
  });

  it.each([[0, 0], [89, 0], [90, 100], [99, 1_000]])('after congestion_state %i leaves the SMSC alone for %i ms', (state, ms) => {
    const { pace } = windowOf(1, 1);
    pace.accepted(0, state);
    expect(pace.delayMs()).toBe(ms);
  });
});
