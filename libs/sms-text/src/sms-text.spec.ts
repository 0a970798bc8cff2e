import fc from 'fast-check';
import {
  decodeShortMessage, encodeSegment, judgeSmsText, planSms, segmentRoom, SmsTextRefusedError, type SmsPlan,
} from './index.js';

const numRuns = Number(process.env['CPM_FUZZ_RUNS'] ?? 1_000);

const EXTENSION = '\f^{}\\[~]|€';
const BASIC = '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà';

const hex = (plan: SmsPlan, index = 0, reference = 0) => Buffer.from(encodeSegment(plan, index, reference).shortMessage).toString('hex');

const gsmText = fc.string({ unit: fc.constantFrom(...BASIC, ...EXTENSION), minLength: 1, maxLength: 900, size: 'max' });
const anyText = fc
  .string({ unit: fc.oneof(fc.constantFrom('é', 'ж', '😀', '👩‍👩‍👧', '€'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })), minLength: 1, maxLength: 500, size: 'max' })
  .filter((text) => judgeSmsText(text).accepted);

describe('the encoding decision', () => {
  it.each([
    ['Hello', 'gsm7', 5],
    ['€', 'gsm7', 2],
    ['[a]', 'gsm7', 5],
    ['reçu', 'ucs2', 4],
    ['REÇU', 'gsm7', 4],
    ['à bientôt', 'ucs2', 9],
    ['tab\there', 'ucs2', 8],
    ['`', 'ucs2', 1],
    ['😀', 'ucs2', 2],
    ['ж€', 'ucs2', 2],
  ])('%j is %s of %i units', (text, encoding, units) => {
    expect(planSms(text)).toEqual({ encoding, units, segments: [text] });
  });
});

describe('the octets', () => {
  it('puts the euro sign behind the escape and the at sign at zero', () => {
    expect(hex(planSms('@€'))).toBe('001b65');
    expect(encodeSegment(planSms('@€'), 0, 7)).toMatchObject({ dataCoding: 0, esmClass: 0 });
  });

  it('carries UCS-2 big endian', () => {
    expect(hex(planSms('ж😀'))).toBe('0436d83dde00');
    expect(encodeSegment(planSms('ж'), 0, 0).dataCoding).toBe(8);
  });

  it('heads each part with reference, total and number', () => {
    const plan = planSms('a'.repeat(161));
    expect(hex(plan, 0, 0xab).slice(0, 14)).toBe('050003ab020161');
    expect(hex(plan, 1, 0xab)).toBe('050003ab0202' + '61'.repeat(8));
    expect(encodeSegment(plan, 1, 0xab).esmClass).toBe(0x40);
  });

  it('maps every default and extension character to its place in TS 23.038', () => {
    const places: [string, string][] = [
      ['@', '00'], ['£', '01'], ['Ç', '09'], ['\n', '0a'], ['\r', '0d'], ['Δ', '10'], ['_', '11'], ['Ξ', '1a'], ['Æ', '1c'], ['É', '1f'],
      [' ', '20'], ['¤', '24'], ['?', '3f'], ['¡', '40'], ['Z', '5a'], ['§', '5f'], ['¿', '60'], ['z', '7a'], ['à', '7f'],
      ['\f', '1b0a'], ['^', '1b14'], ['{', '1b28'], ['}', '1b29'], ['\\', '1b2f'], ['[', '1b3c'], ['~', '1b3d'], [']', '1b3e'], ['|', '1b40'],
    ];
    for (const [character, octets] of places) expect([character, hex(planSms(character))]).toEqual([character, octets]);
  });

  it('refuses a reference that is no octet and an index outside the plan', () => {
    expect(() => encodeSegment(planSms('a'), 0, 256)).toThrow(RangeError);
    expect(() => encodeSegment(planSms('a'), 1, 0)).toThrow(RangeError);
  });
});

describe('segmentation', () => {
  it.each([
    [160, 'a', [160]],
    [161, 'a', [153, 8]],
    [306, 'a', [153, 153]],
    [307, 'a', [153, 153, 1]],
    [70, 'ж', [70]],
    [71, 'ж', [67, 4]],
    [134, 'ж', [67, 67]],
    [135, 'ж', [67, 67, 1]],
  ])('%i of %j split into %j', (count, character, lengths) => {
    const text = character.repeat(count);
    expect(planSms(text).segments.map((segment) => segment.length)).toEqual(lengths);
  });

  it.each([
    ['a'.repeat(158) + '€', [159]],
    ['a'.repeat(159) + '€', [153, 7]],
    ['a'.repeat(151) + '€' + 'a'.repeat(9), [152, 9]],
    ['a'.repeat(152) + '€' + 'a'.repeat(9), [152, 10]],
    ['ж'.repeat(68) + '😀', [70]],
    ['ж'.repeat(69) + '😀', [67, 4]],
    ['ж'.repeat(65) + '😀' + 'ж'.repeat(9), [67, 9]],
    ['ж'.repeat(66) + '😀' + 'ж'.repeat(9), [66, 11]],
    // A handset joins the parts before it shows them, so a flag or a family may lie in two of them.
    ['ж'.repeat(66) + '🇩🇪' + 'ж'.repeat(9), [66, 13]],
    ['ж'.repeat(65) + '🇩🇪' + 'ж'.repeat(9), [67, 11]],
    ['ж'.repeat(64) + '👩‍👩‍👧' + 'ж'.repeat(9), [67, 14]],
    ['ж'.repeat(65) + '👍🏽' + 'ж'.repeat(9), [67, 11]],
    ['\u2067' + 'مرحبا'.repeat(14) + '\u2069', [67, 5]],
    ['\u200f' + 'שלום'.repeat(17) + '\u200f', [70]],
  ])('cuts %j into %j', (text, lengths) => {
    const { segments } = planSms(text);
    expect(segments.map(({ length }) => length)).toEqual(lengths);
    expect(segments.map((_, index) => decodeShortMessage(encodeSegment(planSms(text), index, 1)).text).join('')).toBe(text);
  });

  it('moves a pair that would straddle the limit to the next part', () => {
    expect(planSms('a'.repeat(152) + '€' + 'a'.repeat(10)).segments[0]).toBe('a'.repeat(152));
    expect(planSms('ж'.repeat(66) + '😀' + 'ж'.repeat(10)).segments[0]).toBe('ж'.repeat(66));
  });
});

describe('refusal', () => {
  it.each([
    ['', 'empty'],
    ['a\0b', 'nul-character'],
    ['a\u001bb', 'escape-character'],
    ['a\ud83d', 'lone-surrogate'],
    ['\ude00a', 'lone-surrogate'],
    ['a'.repeat(255 * 153 + 1), 'too-many-segments'],
  ] as const)('names the reason (%#)', (text, refusal) => {
    expect(judgeSmsText(text)).toEqual({ accepted: false, refusal });
    expect(() => planSms(text)).toThrow(new SmsTextRefusedError(refusal));
  });

  it('accepts as many parts as the header can count', () => {
    expect(planSms('a'.repeat(255 * 153)).segments).toHaveLength(255);
  });
});

describe('decoding what others send', () => {
  const decode = (dataCoding: number, esmClass: number, octets: string) =>
    decodeShortMessage({ dataCoding, esmClass, shortMessage: Buffer.from(octets, 'hex') });

  it.each([
    ['16-bit reference', 0, 0x40, '06080412340302' + '61', { text: 'a', concat: { reference: 0x1234, total: 3, part: 2 } }],
    ['element longer than the header', 0, 0x40, '0400030702' + '61', { text: 'a' }],
    ['concatenation behind ports', 0, 0x40, '0b05041581000000030702' + '0161', { text: 'a', concat: { reference: 7, total: 2, part: 1 } }],
    ['part 0', 0, 0x40, '0500030702' + '0061', { text: 'a' }],
    ['part above total', 0, 0x40, '0500030702' + '0361', { text: 'a' }],
    ['header longer than the message', 0, 0x40, '7f61', { text: 'àa' }],
    ['unknown extension', 0, 0, '1b41', { text: 'A' }],
    ['escape at the end', 0, 0, '611b', { text: 'a ' }],
    ['octet outside the alphabet', 0, 0, '80', { text: '\ufffd' }],
    ['Latin-1', 3, 0, 'e7', { text: 'ç' }],
    ['IA5', 1, 0, '40', { text: '@' }],
    ['message class, UCS-2', 0x18, 0, '0436', { text: 'ж' }],
    ['odd UCS-2', 8, 0, '043604', { text: 'ж' }],
    ['nothing', 0, 0, '', { text: '' }],
    ['header flag on nothing', 0, 0x40, '', { text: '' }],
  ])('%s', (_, dataCoding, esmClass, octets, expected) => {
    expect(decode(dataCoding, esmClass, octets)).toEqual(expected);
  });

  it('gives of any octets a text that is no longer than they are, and a place that can be', () => {
    const element = fc.tuple(fc.constantFrom(0x00, 0x08, 0x24, 0x25, 0x05, 0x70), fc.uint8Array({ maxLength: 5 }), fc.nat(8)).map(([identifier, value, off]) => [identifier, off === 0 ? 9 : value.length, ...value]);
    const headed = fc.tuple(fc.array(element, { maxLength: 4 }), fc.uint8Array({ maxLength: 140 }), fc.nat(9)).map(([elements, body, off]) => {
      const header = elements.flat();
      return Uint8Array.from([off === 0 ? off + 200 : header.length, ...header, ...body]);
    });
    const esmClasses = fc.oneof(fc.constant(0x40), fc.nat(255));
    fc.assert(
      fc.property(fc.oneof(fc.nat(255), fc.constant(0), fc.constant(8)), esmClasses, fc.oneof(headed, fc.uint8Array({ maxLength: 300, size: 'max' })), (dataCoding, esmClass, shortMessage) => {
        const { text, concat } = decodeShortMessage({ dataCoding, esmClass, shortMessage });
        expect(text.length).toBeLessThanOrEqual(shortMessage.length);
        expect(concat === undefined || (concat.part >= 1 && concat.part <= concat.total && concat.total <= 255 && concat.reference <= 0xffff)).toBe(true);
      }),
      { numRuns },
    );
  });
});

describe.each([['GSM text', gsmText], ['any text', anyText]])('properties of %s', (_, texts) => {
  it('comes back as it was, in order, under one reference', () => {
    fc.assert(
      fc.property(texts, fc.nat(255), (text, reference) => {
        const plan = planSms(text);
        const decoded = plan.segments.map((_segment, index) => decodeShortMessage(encodeSegment(plan, index, reference)));
        expect(decoded.map((part) => part.text).join('')).toBe(text);
        if (decoded.length === 1) expect(decoded[0]?.concat).toBeUndefined();
        else expect(decoded.map((part) => part.concat)).toEqual(decoded.map((_part, at) => ({ reference, total: decoded.length, part: at + 1 })));
      }),
    );
  });

  it('keeps each part within the limit and splits no pair', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const plan = planSms(text);
        const room = segmentRoom(plan, plan.segments.length === 1 ? 'alone' : 'concatenated');
        plan.segments.forEach((segment, index) => {
          const { shortMessage, esmClass } = encodeSegment(plan, index, 0);
          const body = shortMessage.subarray(esmClass === 0 ? 0 : 6);
          expect(body.length).toBeLessThanOrEqual(plan.encoding === 'gsm7' ? room : room * 2);
          expect(shortMessage.length).toBeLessThanOrEqual(160);
          expect(segment.isWellFormed()).toBe(true);
          if (plan.encoding === 'gsm7') expect(body.at(-1)).not.toBe(0x1b);
        });
      }),
    );
  });

  it('fills a part before it begins the next', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const plan = planSms(text);
        const octetsPerUnit = plan.encoding === 'gsm7' ? 1 : 2;
        for (const index of plan.segments.slice(0, -1).keys()) {
          const bodyOctets = encodeSegment(plan, index, 0).shortMessage.length - 6;
          expect(bodyOctets / octetsPerUnit).toBeGreaterThanOrEqual(segmentRoom(plan, 'concatenated') - 1);
        }
      }),
    );
  });
});
