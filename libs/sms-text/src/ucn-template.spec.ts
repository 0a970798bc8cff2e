import fc from 'fast-check';
import { judgeSmsText } from './sms-plan.js';
import { faultsOfUcnSummaryTemplate, faultsOfUcnTemplate, fillUcnTemplate, LINK_PLACE, LINK_TOKEN_LENGTH, linkUrl, MAX_PUBLIC_URL, warningsOfUcnSummaryTemplate, warningsOfUcnTemplate, type UcnValues } from './ucn-template.js';

const values: UcnValues = { sender: '+4915110000001', type: 'an image', count: '1', size: '50 kB', url: '', expiry: '2026-11-28 12:00 UTC', ref: '#K7F3AB' };

it('fills placeholders and leaves no gap where a value is empty', () => {
  expect(fillUcnTemplate('You received {type} ({size}) from {sender}. {url}', values)).toBe('You received an image (50 kB) from +4915110000001.');
  expect(fillUcnTemplate('Get {url} before {expiry}', values)).toBe('Get before 2026-11-28 12:00 UTC');
});

it('leaves braces alone that name nothing of an object', () => {
  expect(fillUcnTemplate('{constructor} {toString}', values)).toBe('{constructor} {toString}');
});

it.each([
  ['You received {type} from {sender}.', []],
  ['From {name}', ['{name} is no placeholder: there are {sender} {type} {count} {size} {url} {expiry} {ref}']],
  ['From {}', [expect.stringContaining('{} is no placeholder')]],
  ['', ['cannot travel as SMS: empty']],
  ['{url}', ['cannot travel as SMS where there is no link: empty']],
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

it('leaves the place of a link open until the link is known', () => {
  const open = fillUcnTemplate('From {sender}: {url} ({ref})', { ...values, url: LINK_PLACE });
  expect(open).toBe('From +4915110000001: {url} (#K7F3AB)');
  expect(fillUcnTemplate(open, { url: linkUrl('https://m.example', 'T') })).toBe('From +4915110000001: https://m.example/u/T (#K7F3AB)');
  expect(fillUcnTemplate(open, { url: '' })).toBe('From +4915110000001: (#K7F3AB)');
});

it.each([0, 1])('counts with the longest link that there can be, and %i character more is too long', (more) => {
  const room = 2 * 153 - linkUrl('h'.repeat(MAX_PUBLIC_URL), 't'.repeat(LINK_TOKEN_LENGTH)).length;
  expect(faultsOfUcnTemplate(`${'a'.repeat(room + more)}{url}`)).toHaveLength(more);
});

describe('whatever the template', () => {
  const pieces = fc.oneof(fc.constantFrom('{', '}', '{url}', '{sender}', '{__proto__}', '{constructor}', '{{url}}', ' ', '\n', '$&', '$1', '\u202e', '\ud800', '\0'), fc.string({ unit: 'binary', maxLength: 8 }));
  const templates = fc.array(pieces, { maxLength: 40 }).map((all) => all.join(''));

  it('is filled or has faults that are said, and one without faults is always sendable within its limit', () => {
    const known = fc.array(fc.constantFrom('{url}', '{sender}', '{type}', '{ref}', '{expiry}', ' ', 'a', 'ж', '\u202e', '$&'), { minLength: 1, maxLength: 30 }).map((all) => all.join(''));
    fc.assert(fc.property(fc.oneof(templates, known), fc.constantFrom('', linkUrl('https://cpm.example', 't'.repeat(LINK_TOKEN_LENGTH))), (template, url) => {
      const faults = faultsOfUcnTemplate(template);
      const verdict = judgeSmsText(fillUcnTemplate(template, { ...values, url }));
      if (faults.length === 0) expect(verdict).toMatchObject({ accepted: true });
      if (faults.length === 0 && verdict.accepted) expect(verdict.plan.segments.length).toBeLessThanOrEqual(2);
    }), { numRuns: Number(process.env['CPM_FUZZ_RUNS'] ?? 1_000) });
  });

  it('puts a value in as it is, whatever a replacement text could mean', () => {
    fc.assert(fc.property(fc.constantFrom('$&', '$1', '$$', "$'", '{url}'), (sender) => expect(fillUcnTemplate('x{sender}y', { ...values, sender, url: 'u' })).toBe(`x${sender}y`)));
  });

  it.each(['{', '{url', '}', ' ', '{a}', '{ '])('of a million octets of %j is read in a moment', (piece) => {
    const before = performance.now();
    faultsOfUcnTemplate(piece.repeat(Math.ceil(200_000 / piece.length)));
    fillUcnTemplate(piece.repeat(Math.ceil(1_000_000 / piece.length)), values);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

it('judges the text of several messages by its longer reference, and without a link', () => {
  const room = 2 * 153 - '#+000000'.length;
  expect([faultsOfUcnSummaryTemplate(`${'a'.repeat(room)}{ref}{url}`), faultsOfUcnSummaryTemplate(`${'a'.repeat(room + 1)}{ref}`).length]).toEqual([[], 1]);
  expect(faultsOfUcnSummaryTemplate('From {name}')).toEqual([expect.stringContaining('{name} is no placeholder')]);
});

it.each<readonly [string, boolean, readonly string[]]>([
  ['You received {type} from {sender} ({ref}).', false, []],
  ['You received {type} from {sender} ({ref}). {url}', false, []],
  ['You received {type} from {sender} ({ref}), to be had until {expiry}. {url}', true, ['takes up to 2 short messages']],
  // One letter with an accent that is not in the alphabet makes two short messages of one.
  ['Vous avez reçu un message ({type}) de {sender} ({ref}).', false, ['takes up to 2 short messages', 'ç not in the GSM alphabet: a short message takes 70 characters instead of 160']],
  ['Foto {ref} 📷', false, ['📷 not in the GSM alphabet: a short message takes 70 characters instead of 160']],
  ['Something came', true, ['has no {ref}: a phone cannot put the original in the place of the notification']],
])('warns of %j, with a link: %j', (template, link, warnings) => expect(warningsOfUcnTemplate(template, { link })).toEqual(warnings));

it('warns of a text that an earlier version let pass', () => expect(warningsOfUcnTemplate('{url}', { link: false })).toEqual(['cannot travel as SMS: empty']));

it('warns of a link in the text of several messages', () => {
  expect(warningsOfUcnSummaryTemplate('{count} {type} ({ref})')).toEqual([]);
  expect(warningsOfUcnSummaryTemplate('{count} {type}: {url}')).toEqual([expect.stringContaining('has no {ref}'), '{url} stays empty: a link shows one message']);
});
