import { DEFAULT_POLICY, normaliseAddress, policy as policySchema, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import { UCN_REF, ucnRef, ucnSummaryRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import { fillUcnTemplate, judgeSmsText, LINK_TOKEN_LENGTH, linkUrl, MAX_PUBLIC_URL, planSms } from '@cpm/sms-text';
import fc from 'fast-check';
import { summaryRequest, ucnRequest } from './ucn-request.js';
import { summaryText, ucnText, type UcnSubject } from './ucn-text.js';

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

requirement('CPM-MLD-031', () => {
  const one = { sender: alice, contentType: 'image/jpeg', size: 50_000, expiresAt: subject.expiresAt };
  const summaryOf = (covered: readonly (typeof one & { language?: string })[], text: Record<string, string> = {}) =>
    summaryText({ summaryId: 'summary|1-1', recipient: bob, covered }, { ...DEFAULT_POLICY, ...(Object.keys(text).length > 0 && { 'ucn.summaryText': text }) });
  const ref = ucnSummaryRef('summary|1-1', bob);

  it.each([
    ['en', `2 more images from +4915110000001 wait for you (${ref}). They will arrive when your phone has data.`],
    ['de-AT', `2 weitere Bilder von +4915110000001 warten auf Sie (${ref}). Sie folgen, sobald Ihr Telefon Daten hat.`],
    ['fr', `2 autres images de +4915110000001 vous attendent (${ref}). Ils arriveront avec la connexion de donnees.`],
  ])('for several contents is, in %s, %s', (language, text) => expect(summaryOf([one, { ...one, language }])).toBe(text));

  it('for several contents is the operator\'s, with the values of all', () => {
    const texts = { en: '{count} {type}, {size}, {sender}, first until {expiry} {url} {ref}' };
    expect(summaryOf([one, { ...one, size: 1_000_000, expiresAt: subject.expiresAt + 1 }], texts)).toBe(`2 images, 1.1 MB, +4915110000001, first until 2026-11-28 12:00 UTC ${ref}`);
  });

  it.each([
    [['image/png', 'image/jpeg'], 'images'], [['image/png', 'video/mp4'], 'files'], [['image/png', 'application/pdf'], 'files'], [['image/png', 'text/vcard'], 'messages'], [['text/plain', 'text/plain'], 'long texts'],
  ])('calls %j %s', (types, word) => expect(summaryOf(types.map((contentType) => ({ ...one, contentType })), { en: '{type}' })).toBe(word));

  it.each(['en', 'de', 'fr'])('for several contents is built in in %s so that it takes one short message', (language) => {
    const worst = { ...one, sender: `tel:+${'9'.repeat(15)}` as CpmAddress, contentType: 'audio/amr', language };
    const verdict = judgeSmsText(summaryOf(Array.from({ length: 100 }, () => worst)));
    expect(verdict.accepted && [verdict.plan.encoding, verdict.plan.segments.length]).toEqual(['gsm7', 1]);
    const several = judgeSmsText(summaryOf([worst, { ...worst, sender: alice }]));
    expect(several.accepted && several.plan.segments.length).toBe(1);
  });

  it('for several contents is refused when it is saved with a placeholder that does not exist', () => {
    expect(policySchema.safeParse({ 'ucn.summaryText': { en: '{names}' } }).error?.issues.map(({ path }) => path.join('|'))).toEqual(['ucn.summaryText|en']);
  });

  it('of a summary has no link, and no sender\'s number where several wrote', () => {
    const covered = [alice, bob].map((sender, at) => ({ ...one, sender, messageId: `m${at}`, attempt: 1, device: 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId }));
    const request = summaryRequest({ user: bob, summaryId: 'summary|1-1', covered, at: 5 }, { ...DEFAULT_POLICY, 'ucn.summaryText': { en: '{sender} {url}' } });
    expect(request).toMatchObject({ text: 'several people', manySenders: true, form: 'UCN' });
    expect(request).not.toHaveProperty('link');
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
