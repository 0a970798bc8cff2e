import { SmppNotBoundError } from './errors.js';
import { SubmitWindow } from './submit-window.js';

function held() {
  let release!: () => void;
  const promise = new Promise<void>((resolve) => (release = resolve));
  return { promise, release };
}

describe('SubmitWindow', () => {
  it('starts no more than fit, and the waiting ones in order', async () => {
    const window = new SubmitWindow(2, 10);
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
    const window = new SubmitWindow(1, 0);
    await expect(window.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(window.run(() => Promise.resolve('yes'))).resolves.toBe('yes');
  });

  it('rejects what waits, and what finds the queue full', async () => {
    const window = new SubmitWindow(1, 1);
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
});
