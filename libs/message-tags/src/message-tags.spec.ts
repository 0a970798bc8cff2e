import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { correlationTag, isSummaryRef, tokenHash, UCN_REF, ucnRef, ucnSummaryRef } from './message-tags.js';

const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

it('makes a reference of the first 30 bits of the hash of message and recipient', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (messageId, recipient) => {
    const bits = [...createHash('sha256').update(`${messageId.toWellFormed()}|${recipient.toWellFormed()}`).digest().subarray(0, 4)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const text = Array.from({ length: 6 }, (_, at) => BASE32.charAt(Number.parseInt(bits.slice(at * 5, at * 5 + 5), 2))).join('');
    expect(ucnRef(messageId, recipient)).toBe(`#${text}`);
  }));
});

it('is found in a text, and not in a longer word', () => {
  const ref = ucnRef('m1', 'tel:+4915110000001');
  expect(UCN_REF.exec(`A picture (${ref}).`)?.[0]).toBe(ref);
  expect(UCN_REF.test('#ABCDEFG')).toBe(false);
});

it('tells a summary from a message', () => {
  const [ref, summary] = [ucnRef('m1', 'tel:+4915110000001'), ucnSummaryRef('m1', 'tel:+4915110000001')];
  expect([isSummaryRef(ref), isSummaryRef(summary), summary]).toEqual([false, true, ref.replace('#', '#+')]);
  expect(UCN_REF.exec(`Three pictures (${summary}).`)?.[0]).toBe(summary);
  expect(UCN_REF.exec(`+${ref}`)?.[0]).toBe(ref);
  expect(UCN_REF.test('#+4915110000001')).toBe(false);
});

it('tags a text the same however its white space was changed on the way', () => {
  const tag = correlationTag('+4915110000001', 'Dinner at eight?');
  expect(tag).toMatch(/^[0-9a-f]{16}$/);
  expect(correlationTag('+4915110000001', ' Dinner\r\nat  eight? ')).toBe(tag);
  expect(correlationTag('+4915110000002', 'Dinner at eight?')).not.toBe(tag);
});

it('keeps of a token its SHA-256 only', () => {
  expect(tokenHash('AAAAAAAAAAAAAAAAAAAAAA')).toBe(createHash('sha256').update('AAAAAAAAAAAAAAAAAAAAAA').digest('hex'));
});
