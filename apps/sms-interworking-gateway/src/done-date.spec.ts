import { doneAtOf } from './done-date.js';

it.each([
  ['2601051200', 0, '2026-01-05T12:00:59.999Z'],
  ['260105120007', 0, '2026-01-05T12:00:07.999Z'],
  ['2601050030', 60, '2026-01-04T23:30:59.999Z'],
  ['2601051200', -330, '2026-01-05T17:30:59.999Z'],
  ['2402292359', 0, '2024-02-29T23:59:59.999Z'],
])('a done date %s at %i minutes from UTC is %s', (doneDate, offset, expected) => expect(new Date(doneAtOf(doneDate, offset) ?? NaN).toISOString()).toBe(expected));

it.each([undefined, '', '2601', '2602300000', '2601052400', '2600010000', '0000000000', '260105120060', '26010512000'])('%s is none', (doneDate) => expect(doneAtOf(doneDate, 0)).toBeUndefined());
