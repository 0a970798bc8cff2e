import { Lanes } from './lanes.js';

function held(): { readonly task: () => Promise<void>; readonly end: () => void } {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => { end = resolve; });
  return { task: () => ended, end: () => end() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('does one after the other on a lane, also after one that failed, and others meanwhile', async () => {
  const lanes = new Lanes();
  const done: string[] = [];
  const first = held();
  const failures = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  lanes.run('a', () => first.task().then(() => Promise.reject(new Error('cut'))));
  lanes.run('a', async () => { done.push('a2'); });
  lanes.run('b', async () => { done.push('b'); });
  await settled();
  expect([done, lanes.waiting]).toEqual([['b'], 2]);
  first.end();
  await settled();
  expect([done, lanes.waiting, failures.mock.calls]).toEqual([['b', 'a2'], 0, [['a: cut']]]);
  lanes.run('a', async () => { done.push('a3'); });
  await settled();
  expect(done).toEqual(['b', 'a2', 'a3']);
  failures.mockRestore();
});
