import { Lanes } from './lanes.js';

function held(): { readonly task: () => Promise<void>; readonly end: () => void } {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => { end = resolve; });
  return { task: () => ended, end: () => end() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('does one after the other on a lane, also after one that failed, and others meanwhile', async () => {
  const done: string[] = [];
  const lanes = new Lanes((lane, error) => done.push(`${lane}: ${(error as Error).message}`));
  const first = held();
  lanes.run('a', () => first.task().then(() => Promise.reject(new Error('cut'))));
  lanes.run('a', async () => { done.push('a2'); });
  lanes.run('b', async () => { done.push('b'); });
  await settled();
  expect([done, lanes.waiting]).toEqual([['b'], 2]);
  first.end();
  await settled();
  expect([done, lanes.waiting]).toEqual([['b', 'a: cut', 'a2'], 0]);
  lanes.run('a', async () => { done.push('a3'); });
  await settled();
  expect(done).toEqual(['b', 'a: cut', 'a2', 'a3']);
});
