import { DEFAULT_POLICY, normaliseAddress, policy as policySchema, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import { UCN_REF, ucnRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import { fillUcnTemplate, judgeSmsText, LINK_TOKEN_LENGTH, linkUrl, MAX_PUBLIC_URL, planSms } from '@cpm/sms-text';
import fc from 'fast-check';
import { ucnRequest } from './ucn-request.js';
import { ucnText, type UcnSubject } from './ucn-text.js';

const [alice, bob] = ['tel:+4915110000001', 'tel:+4915120000002'] as [CpmAddress, CpmAddress];
const subject: UcnSubject = { messageId: 'm1', recipient: bob, sender: alice, contentType: 'image/jpeg', size: 50_000, expiresAt: Date.UTC(2026, 10, 28, 12) };
const withText = (text: Record<string, string>) => ({ 'ucn.text': text });

requirement('CPM-MLD-031', () => {
  it('is the operator\'s text with the values of the message', () => {
    const policy = withText({ en: '{type}, {size}, from {sender}; {count} waiting, until {expiry}. {url} {ref}' });
    expect(ucnText(subject, policy)).toBe(`an image, 50 kB, from +4915110000001; 1 waiting, until 2026-11-28 12:00 UTC. ${ucnRef('m1', bob)}`);
  });

  it.each(['en', 'de', 'fr'])('has a built-in text in %s that takes one short message, two with the longest link, and names the message', (language) => {
    const worst = { ...subject, sender: `tel:+${'9'.repeat(15)}` as CpmAddress, contentType: 'audio/amr', size: 999_900_000, language };
    const segments = (url: string) => {
      const text = ucnText(worst, DEFAULT_POLICY, url);
      expect(text).toContain(ucnRef('m1', bob));
      const verdict = judgeSmsText(text);
      return verdict.accepted && { encoding: verdict.plan.encoding, segments: verdict.plan.segments.length };
    };
    expect(segments('')).toEqual({ encoding: 'gsm7', segments: 1 });
    expect(segments(linkUrl('h'.repeat(MAX_PUBLIC_URL), 't'.repeat(LINK_TOKEN_LENGTH)))).toEqual({ encoding: 'gsm7', segments: 2 });
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

  it.each([
    ['sip:bit.ly/aaaaaaaaaaaaaaaaaaaa@op.example', 'bit ly aaaaaaaaaaaaa'], ['sip:alice.smith@op.example', 'alice smith@op examp'],
    ['sip:~~~~~~~~~~~~~~~~~~~~@op.example', '@op example'], ['sip:%0d%0a%e2%80%ae@op.example', '0d 0a e2 80 ae@op ex'],
  ])('has of the sender %s nothing that a handset makes a link of, nor a character that takes two', (sender, shown) => {
    const text = ucnText({ ...subject, sender: sender as CpmAddress }, withText({ en: '{sender}' }));
    expect(text).toBe(shown);
    expect(planSms(text)).toMatchObject({ encoding: 'gsm7', units: text.length });
  });

  it('is sendable within two short messages whatever its sender, if it could be saved', () => {
    const senders = fc.stringMatching(/^[a-z0-9\-_.!~*'()&=+$,;?/%]{1,64}$/).map((user) => normaliseAddress(`sip:${user}@op.example`)).filter((address) => address !== undefined);
    const pieces = fc.constantFrom('{sender}', '{type}', '{url}', '{size}', ' ', 'a', 'b', '€', 'ж', '~', '\n');
    const lengths = fc.oneof(fc.constant(2), fc.constant(160)).chain((maxLength) => fc.array(pieces, { minLength: 1, maxLength, size: 'max' }));
    const templates = lengths.map((all) => all.join('')).filter((en) => policySchema.safeParse(withText({ en })).success);
    fc.assert(fc.property(senders, templates, fc.constantFrom('', linkUrl('https://cpm.example', 't'.repeat(LINK_TOKEN_LENGTH))), (sender, en, url) => {
      const verdict = judgeSmsText(ucnText({ ...subject, sender }, withText({ en }), url));
      expect(verdict).toMatchObject({ accepted: true });
      expect(verdict.accepted && verdict.plan.segments.length).toBeLessThanOrEqual(2);
    }));
  });

  it('is refused when it is saved with a placeholder that does not exist, or too long', () => {
    const refused = (text: string) => policySchema.safeParse(withText({ en: text })).error?.issues.map(({ path, message }) => [path.join('|'), message]);
    expect(refused('From {name}')).toEqual([['ucn.text|en', expect.stringContaining('{name} is no placeholder')]]);
    expect(refused('x'.repeat(310))).toEqual([['ucn.text|en', expect.stringContaining('at most 2 are allowed')]]);
  });
});

requirement('CPM-MLD-034', () => {
  it.each(['en', 'de', 'fr'])('has, in %s, a reference that its recipient\'s devices find and know for that of the message', (language) => {
    const [found] = UCN_REF.exec(ucnText({ ...subject, language }, DEFAULT_POLICY)) ?? [];
    expect(found).toBe(ucnRef('m1', bob));
    expect(found).not.toBe(ucnRef('m1', alice));
  });
});

requirement('CPM-MLD-033', () => {
  const ucn = { user: bob, messageId: 'm1', sender: alice, device: 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId, attempt: 1, contentType: 'image/jpeg', size: 50_000, expiresAt: subject.expiresAt, at: 5 };
  const policy = (includeUrl: boolean, en = 'Get {url} soon') => ({ ...DEFAULT_POLICY, 'ucn.includeUrl': includeUrl, 'ucn.text': { en }, 'ucn.linkMaxUses': 3 });

  it('leaves a place for the link where the operator wants one', () => {
    expect(ucnRequest(ucn, policy(true))).toMatchObject({ text: 'Get {url} soon', form: 'UCN', link: { maxUses: 3 } });
    expect(ucnRequest(ucn, policy(false))).toEqual({ ...(({ contentType: _type, size: _size, at: _at, ...leg }) => leg)(ucn), text: 'Get soon', form: 'UCN' });
  });

  it('makes no link for a text that does not show one', () => expect(ucnRequest(ucn, policy(true, 'Something is there'))).not.toHaveProperty('link'));

  it('has nothing of a link but its place in what is decided, whatever the message', () => {
    fc.assert(fc.property(fc.stringMatching(/^[A-Za-z0-9._~:@+=-]{1,40}$/), fc.nat(1_000_000_000), (messageId, size) => {
      const { text, link } = ucnRequest({ ...ucn, messageId, size }, { ...DEFAULT_POLICY, 'ucn.includeUrl': true });
      expect([text.split('{url}').length, text.includes('http'), link]).toEqual([2, false, { maxUses: 5 }]);
      const verdict = judgeSmsText(fillUcnTemplate(text, { url: linkUrl('https://cpm.example', 't'.repeat(LINK_TOKEN_LENGTH)) }));
      expect(verdict.accepted && verdict.plan.segments.length).toBeLessThanOrEqual(2);
    }));
  });
});
