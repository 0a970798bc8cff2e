import { FairShare } from './fair-share.js';

let now: number;
let share: FairShare;

beforeEach(() => {
  now = 0;
  share = new FairShare(() => now);
});

/** Callers ask in turn for `seconds`; one asks `times` as often. Answers what each was let in with. */
function play({ seconds, times, callers }: { seconds: number; times: number; callers: number }): { greedy: number; others: number[] } {
  const had = new Map<string, number>();
  const ask = (caller: string) => {
    if (share.exceeds(caller, 100)) return;
    share.count(caller, 1);
    had.set(caller, (had.get(caller) ?? 0) + 1);
  };
  for (; now < seconds * 1_000; now += 100) {
    for (let at = 0; at < times; at += 1) ask('greedy');
    for (let at = 0; at < callers; at += 1) ask(`c${at}`);
  }
  return { greedy: had.get('greedy') ?? 0, others: Array.from({ length: callers }, (_, at) => had.get(`c${at}`) ?? 0) };
}

it('lets nobody have more than twice an equal share for long', () => {
  const { greedy, others } = play({ seconds: 10, times: 50, callers: 9 });
  expect(greedy).toBeLessThanOrEqual(2 * 10 * 10 * 1.3);
  for (const other of others) expect(other).toBe(100);
});

it('says nothing against a lone caller, for whom the rate itself is the limit', () => {
  expect(play({ seconds: 3, times: 500, callers: 0 }).greedy).toBe(15_000);
});

it('forgets what was long ago', () => {
  play({ seconds: 2, times: 500, callers: 9 });
  now += 5_000;
  expect(share.exceeds('greedy', 100)).toBe(false);
});

it('counts a large message for what it is', () => {
  for (let at = 0; at < 9; at += 1) share.count(`c${at}`, 1);
  share.count('greedy', 256);
  expect([share.exceeds('greedy', 100), share.exceeds('c1', 100)]).toEqual([true, false]);
});
