import fc from 'fast-check';
import { SmscRouter, type RoutedSmsc } from './smsc-router.js';

type Load = { isAvailable: boolean; outstanding: number };

function smsc(id: string, more: Partial<RoutedSmsc['settings']> = {}): RoutedSmsc & Load {
  return { settings: { id, weight: 1, routes: [{ prefix: '', priority: 1 }], ...more }, isAvailable: true, outstanding: 0 };
}

const route = (prefix: string, priority = 1) => ({ prefix, priority });
const NOBODY: ReadonlySet<string> = new Set();
const idOf = (chosen: RoutedSmsc | undefined) => chosen?.settings.id;

it('gives a number to the longest prefix, and only to that', () => {
  const router = new SmscRouter([smsc('rest'), smsc('de', { routes: [route('49')] }), smsc('d2', { routes: [route('49152'), route('49172')] })]);
  expect(['4915201', '4917299', '4915100', '33612', '4'].map((number) => idOf(router.choose(number, NOBODY)))).toEqual(['d2', 'd2', 'de', 'rest', 'rest']);
  expect(router.waysTo('4915201').map(idOf)).toEqual(['d2']);
  expect(router.choose('4915201', new Set(['d2']))).toBeUndefined();
});

it('has no way to a number that no prefix is of', () => {
  const router = new SmscRouter([smsc('de', { routes: [route('49')] })]);
  expect(router.waysTo('33612')).toEqual([]);
  expect(router.choose('33612', NOBODY)).toBeUndefined();
});

it('goes to the next priority only when none of the first can take it', () => {
  const [first, second] = [smsc('first'), smsc('second', { routes: [route('', 2)] })];
  const router = new SmscRouter([second, first]);
  first.outstanding = 1_000;
  expect(idOf(router.choose('49', NOBODY))).toBe('first');
  expect(idOf(router.choose('49', new Set(['first'])))).toBe('second');
  first.isAvailable = false;
  expect(idOf(router.choose('49', NOBODY))).toBe('second');
  second.isAvailable = false;
  expect(router.choose('49', NOBODY)).toBeUndefined();
});

it('gives to the one with least outstanding for its weight', () => {
  const [heavy, light] = [smsc('heavy', { weight: 3 }), smsc('light')];
  const router = new SmscRouter([heavy, light]);
  heavy.outstanding = 2;
  light.outstanding = 1;
  expect(idOf(router.choose('49', NOBODY))).toBe('heavy');
  heavy.outstanding = 4;
  expect(idOf(router.choose('49', NOBODY))).toBe('light');
});

it('without load shares by weight, whatever the weights', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), (weights) => {
    const router = new SmscRouter(weights.map((weight, at) => smsc(String(at), { weight })));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const counts = weights.map(() => 0);
    for (let text = 0; text < 2 * total; text += 1) counts[Number(idOf(router.choose('49', NOBODY)))]! += 1;
    expect(counts).toEqual(weights.map((weight) => 2 * weight));
  }));
});

it('does not make one that was away catch up with what the others did meanwhile', () => {
  const [always, away] = [smsc('always'), smsc('away')];
  const router = new SmscRouter([always, away]);
  away.isAvailable = false;
  for (let text = 0; text < 1_000; text += 1) router.choose('49', NOBODY);
  away.isAvailable = true;
  expect(Array.from({ length: 4 }, () => idOf(router.choose('49', NOBODY))).filter((id) => id === 'away')).toHaveLength(2);
});
