import { RequestPlaces } from './request-places.js';

const places = () => new RequestPlaces({ requests: 10, bodyBytes: 1_000 });
const fill = (at: RequestPlaces, lane: Parameters<RequestPlaces['enter']>[0]) => Array.from({ length: 200 }, () => at.enter(lane, 0)).filter((release) => release !== undefined).length;

it('leaves room for answers and operators, whatever work comes', () => {
  const one = places();
  expect([fill(one, 'work'), fill(one, 'transfer'), fill(one, 'other'), fill(one, 'operator')]).toEqual([5, 5, 10, 64]);
});

it('takes no body for which there is no memory, an operator\'s excepted', () => {
  const one = places();
  const first = one.enter('other', 900);
  expect(one.enter('work', 200)).toBeUndefined();
  expect(one.enter('operator', 200)).toBeDefined();
  first?.();
  expect(one.enter('work', 200)).toBeDefined();
});

it('frees a place once, however often it is left', () => {
  const one = places();
  const leave = one.enter('work', 0);
  leave?.();
  leave?.();
  expect(fill(one, 'work')).toBe(5);
});
