import type { InboxPosition } from '@cpm/runtime-ports';
import { quietMoment } from './quiet-moment.js';

/** Answers one sight after the other, the last one for ever. */
function sights(...each: readonly (readonly [end: number, committed: number])[]): () => Promise<readonly InboxPosition[]> {
  let at = 0;
  return async () => {
    const [end, committed] = each[Math.min(at, each.length - 1)]!;
    at += 1;
    return [{ service: 'routing', partition: 0, end, committed }, { service: 'client-edge', partition: 3, end: 5, committed: 5 }];
  };
}

const taken: number[] = [];
const discarded: number[] = [];
const take = async () => taken.push(taken.length + 1);
const discard = async (snapshot: number) => void discarded.push(snapshot);
const lines: string[] = [];
const settings = { take, discard, limitMs: 1_000, log: (line: string) => void lines.push(line) };

beforeEach(() => [taken, discarded, lines].forEach((list) => list.splice(0)));

it('takes the snapshot when all is committed and nothing has come meanwhile', async () => {
  const { snapshot, positions } = await quietMoment({ ...settings, positions: sights([7, 7]) });
  expect(snapshot).toBe(1);
  expect(positions).toContainEqual({ service: 'routing', partition: 0, end: 7, committed: 7 });
  expect(discarded).toEqual([]);
});

it('takes none while a record waits', async () => {
  await quietMoment({ ...settings, positions: sights([7, 6], [8, 7], [8, 8]) });
  expect(taken).toEqual([1]);
});

it('throws one away during which something came, committed or not', async () => {
  expect((await quietMoment({ ...settings, positions: sights([7, 7], [8, 7], [8, 8], [9, 9], [9, 9]) })).snapshot).toBe(3);
  expect(discarded).toEqual([1, 2]);
});

it('says after its time what can be done', async () => {
  await expect(quietMoment({ ...settings, limitMs: 50, positions: sights([7, 6]) })).rejects.toThrow(/no moment without work within 0.05 s \(1 records wait\): stop client-edge/);
  expect(taken).toEqual([]);
});
