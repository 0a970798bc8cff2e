import { DEFAULT_POLICY, policy as policySchema, type CpmAddress } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import { judgeSmsText } from '@cpm/sms-text';
import { ucnText, type UcnSubject } from './ucn-text.js';

const subject: UcnSubject = { sender: 'tel:+4915110000001' as CpmAddress, contentType: 'image/jpeg', size: 50_000, expiresAt: Date.UTC(2026, 10, 28, 12) };
const withText = (text: Record<string, string>) => ({ 'ucn.text': text });

requirement('CPM-MLD-031', () => {
  it('is the operator\'s text with the values of the message', () => {
    const policy = withText({ en: '{type}, {size}, from {sender}; {count} waiting, until {expiry}. {url}' });
    expect(ucnText(subject, policy)).toBe('an image, 50 kB, from +4915110000001; 1 waiting, until 2026-11-28 12:00 UTC.');
  });

  it('has a built-in text in three languages that takes one short message each', () => {
    for (const language of ['en', 'de', 'fr']) {
      const verdict = judgeSmsText(ucnText({ ...subject, language }, DEFAULT_POLICY));
      expect(verdict.accepted && verdict.plan).toMatchObject({ encoding: 'gsm7', segments: { length: 1 } });
    }
  });

  it.each([
    ['pt-BR', 'Brasil'], ['pt-PT', 'Portugal'], ['en-GB', 'English'], ['ja', 'English'], [undefined, 'English'], ['toString', 'English'],
  ])('in %s is %s', (language, text) => {
    expect(ucnText({ ...subject, ...(language !== undefined && { language }) }, withText({ en: 'English', pt: 'Portugal', 'pt-BR': 'Brasil' }))).toBe(text);
  });

  it('falls back to the built-in text where the operator has none in English', () => {
    expect(ucnText({ ...subject, language: 'ja' }, withText({ de: 'Deutsch' }))).toContain('You received an image from +4915110000001');
  });

  it.each([
    ['video/mp4', 'a video'], ['audio/amr', 'an audio message'], ['text/vcard; charset=utf-8', 'a contact'], ['text/plain', 'a long text'],
    ['application/vnd.gsma.rcspushlocation+xml', 'a location'], ['application/pdf', 'a file'], ['multipart/mixed', 'a file'],
  ])('calls %s %s', (contentType, kind) => expect(ucnText({ ...subject, contentType }, withText({ en: '{type}' }))).toBe(kind));

  it.each([[0, '0 B'], [999, '999 B'], [1_000, '1.0 kB'], [50_000, '50 kB'], [999_499, '999 kB'], [999_500, '1.0 MB'], [1_500_000_000, '1.5 GB']])('calls %i bytes %s', (size, text) => {
    expect(ucnText({ ...subject, size }, withText({ en: '{size}' }))).toBe(text);
  });

  it('names a sender without a number by a bounded part of his address', () => {
    expect(ucnText({ ...subject, sender: `sip:${'a'.repeat(60)}@op.example` as CpmAddress }, withText({ en: '{sender}' }))).toBe('a'.repeat(20));
  });

  it('is refused when it is saved with a placeholder that does not exist, or too long', () => {
    const refused = (text: string) => policySchema.safeParse(withText({ en: text })).error?.issues.map(({ path, message }) => [path.join('|'), message]);
    expect(refused('From {name}')).toEqual([['ucn.text|en', expect.stringContaining('{name} is no placeholder')]]);
    expect(refused('x'.repeat(310))).toEqual([['ucn.text|en', expect.stringContaining('at most 2 are allowed')]]);
  });
});
