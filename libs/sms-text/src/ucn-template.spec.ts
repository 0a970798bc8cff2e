import { judgeSmsText } from './sms-plan.js';
import { faultsOfUcnTemplate, fillUcnTemplate, type UcnValues } from './ucn-template.js';

const values: UcnValues = { sender: '+4915110000001', type: 'an image', count: '1', size: '50 kB', url: '', expiry: '2026-11-28 12:00 UTC' };

it('fills placeholders and leaves no gap where a value is empty', () => {
  expect(fillUcnTemplate('You received {type} ({size}) from {sender}. {url}', values)).toBe('You received an image (50 kB) from +4915110000001.');
  expect(fillUcnTemplate('Get {url} before {expiry}', values)).toBe('Get before 2026-11-28 12:00 UTC');
});

it('leaves braces alone that name nothing of an object', () => {
  expect(fillUcnTemplate('{constructor} {toString}', values)).toBe('{constructor} {toString}');
});

it.each([
  ['You received {type} from {sender}.', []],
  ['From {name}', ['{name} is no placeholder: there are {sender} {type} {count} {size} {url} {expiry}']],
  ['From {}', [expect.stringContaining('{} is no placeholder')]],
  ['', ['cannot travel as SMS: empty']],
  ['x\u001by', ['cannot travel as SMS: escape-character']],
  ['a'.repeat(310), ['takes up to 3 short messages, at most 2 are allowed']],
  // Two short messages of the GSM alphabet, three once a character is not in it.
  ['a'.repeat(200), []],
  ['ж'.repeat(200), ['takes up to 3 short messages, at most 2 are allowed']],
])('%j has the faults %j', (template, faults) => expect(faultsOfUcnTemplate(template)).toEqual(faults));

it('counts with the longest values, not with those of the day', () => {
  const template = `${'a'.repeat(290)} {sender}`;
  const verdict = judgeSmsText(fillUcnTemplate(template, { ...values, sender: '+1' }));
  expect(verdict.accepted && verdict.plan.segments.length).toBe(2);
  expect(faultsOfUcnTemplate(template)).toEqual(['takes up to 3 short messages, at most 2 are allowed']);
});
