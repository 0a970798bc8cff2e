import { journeyLines, sinceText } from './journey-text.js';

const bob = 'tel:+4915110000002';
const people = new Map([[bob, 'Bob']]);
const entry = (ms: number, more: object) => ({ at: new Date(1_772_442_000_000 + ms).toISOString(), service: 'routing', recipient: bob, step: 'accepted', ...more });

it('shows times from the first decision, devices by name, forms and reasons in columns', () => {
  const lines = journeyLines([
    entry(0, {}),
    entry(12, { device: 'urn:uuid:1', deviceName: "Bob's tablet", form: 'FULL', step: 'pushed over IP', reason: 'ip-available' }),
    entry(12_345, { device: 'urn:uuid:2', form: 'SMS', step: 'sent' }),
  ], people);
  expect(lines).toEqual([
    ' +0.000 s  Bob                 accepted',
    " +0.012 s  Bob's tablet  FULL  pushed over IP  ip-available",
    '+12.345 s  urn:uuid:2    SMS   sent',
  ]);
});

it('counts from the earliest decision, whichever stands first', () => {
  expect(journeyLines([entry(5, {}), entry(0, {})], people)).toEqual(['+0.005 s  Bob    accepted', '+0.000 s  Bob    accepted']);
});

it('names an unknown recipient by his address', () => expect(journeyLines([entry(0, {})], new Map())).toEqual([`+0.000 s  ${bob}    accepted`]));

it('has no lines for no decisions', () => expect(journeyLines([], people)).toEqual([]));

it.each([[0, '+0.000 s'], [12, '+0.012 s'], [61_500, '+61.500 s']])('writes %i ms as %s', (ms, text) => expect(sinceText(ms)).toBe(text));
