import { requestedRange } from './byte-range.js';

it.each<[string | undefined, number, ReturnType<typeof requestedRange>]>([
  [undefined, 10, 'whole'],
  ['bytes=0-0', 10, { first: 0, last: 0 }],
  ['bytes=2-5', 10, { first: 2, last: 5 }],
  ['bytes = 2 - 5', 10, { first: 2, last: 5 }],
  ['bytes=9-', 10, { first: 9, last: 9 }],
  ['bytes=5-99', 10, { first: 5, last: 9 }],
  ['bytes=-3', 10, { first: 7, last: 9 }],
  ['bytes=-99', 10, { first: 0, last: 9 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=5-2', 10, 'whole'],
  ['bytes=-', 10, 'whole'],
  ['bytes=0-1,3-4', 10, 'whole'],
  ['items=0-1', 10, 'whole'],
  ['bytes=1e3-', 10, 'whole'],
])('%s of %d bytes', (header, size, expected) => {
  expect(requestedRange(header, size)).toEqual(expected);
});
