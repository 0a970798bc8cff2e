import { setImmediate as turn } from 'node:timers/promises';
import { SharedCalls } from './shared-calls.js';

interface Run {
  readonly inputs: readonly number[];
  readonly end: (outputs: readonly string[]) => void;
  readonly fail: (error: Error) => void;
}

let runs: Run[];
let calls: SharedCalls<number, string>;

beforeEach(() => {
  runs = [];
  calls = new SharedCalls((inputs) => new Promise((end, fail) => runs.push({ inputs, end, fail })), 3);
});

describe('calls that come while one is under way', () => {
  it('share the next, each with its own answer', async () => {
    const answers = [1, 2, 3].map((number) => calls.call(number));
    await turn();
    expect(runs.map(({ inputs }) => inputs)).toEqual([[1, 2, 3]]);
    const later = calls.call(4);
    await turn();
    expect(runs).toHaveLength(1);
    runs[0]?.end(['a', 'b', 'c']);
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c']);
    await turn();
    runs[1]?.end(['d']);
    expect(await later).toBe('d');
  });

  it('are no more than fit', async () => {
    const answers = [1, 2, 3, 4].map((number) => calls.call(number));
    await turn();
    runs[0]?.end(['a', 'b', 'c']);
    await turn();
    expect(runs.map(({ inputs }) => inputs)).toEqual([[1, 2, 3], [4]]);
    runs[1]?.end(['d']);
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('fail with theirs, not with the one before', async () => {
    const first = calls.call(1);
    await turn();
    const second = calls.call(2);
    runs[0]?.fail(new Error('the database is away'));
    await expect(first).rejects.toThrow('the database is away');
    await turn();
    runs[1]?.end(['b']);
    expect(await second).toBe('b');
  });
});
