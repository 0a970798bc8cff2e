import fc from 'fast-check';
import { decodeShortMessage, encodeSegment, judgeSmsText, NATIONAL_LANGUAGES, planSms, type NationalLanguage, type NationalShift, type SmsPlan } from './index.js';

const numRuns = Number(process.env['CPM_FUZZ_RUNS'] ?? 300);

const HEADER = { single: 0x24, locking: 0x25 } as const;
const elementsOf = (shift: NationalShift) =>
  (['single', 'locking'] as const).flatMap((table) => (shift[table] === undefined ? [] : [HEADER[table], 1, NATIONAL_LANGUAGES.indexOf(shift[table]) + 1]));
/** What a handset shows for septets under these tables. */
function shown(shift: NationalShift, septets: readonly number[]): string {
  const elements = elementsOf(shift);
  return decodeShortMessage({ dataCoding: 0, esmClass: 0x40, shortMessage: Uint8Array.from([elements.length, ...elements, ...septets]) }).text;
}
const wholeTable = (shift: NationalShift) => Array.from({ length: 128 }, (_, septet) => (septet === 0x1b ? '\u001b' : shown(shift, [septet]))).join('');
const extensionOf = (shift: NationalShift) =>
  Array.from({ length: 128 }, (_, septet) => (shown(shift, [0x1b, septet]) === shown(shift, [septet]) ? '' : `${septet.toString(16)}${shown(shift, [0x1b, septet])}`)).join(' ').trim().replace(/ +/g, ' ');

describe('the tables of TS 23.038', () => {
  it('has in annex A.3.1 the Turkish locking shift', () => {
    expect(wholeTable({ locking: 'tr' })).toBe(
      '@£$¥€éùıòÇ\nĞğ\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bŞşßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
      'İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§çabcdefghijklmnopqrstuvwxyzäöñüà',
    );
  });

  it('has in annex A.3.3 the Portuguese locking shift', () => {
    expect(wholeTable({ locking: 'pt' })).toBe(
      '@£$¥êéúíóç\nÔô\rÁáΔ_ªÇÀ∞^\\€Ó|\u001bÂâÊÉ !"#º%&\'()*+,-./0123456789:;<=>?' +
      'ÍABCDEFGHIJKLMNOPQRSTUVWXYZÃÕÚÜ§~abcdefghijklmnopqrstuvwxyzãõ`üà',
    );
  });

  it.each([
    ['tr', 'a\f 14^ 28{ 29} 2f\\ 3c[ 3d~ 3e] 40| 47Ğ 49İ 53Ş 63ç 65€ 67ğ 69ı 73ş'],
    ['es', '9ç a\f 14^ 28{ 29} 2f\\ 3c[ 3d~ 3e] 40| 41Á 49Í 4fÓ 55Ú 61á 65€ 69í 6fó 75ú'],
    ['pt', '5ê 9ç a\f bÔ cô eÁ fá 14^ 1fÊ 28{ 29} 2f\\ 3c[ 3d~ 3e] 40| 41À 49Í 4fÓ 55Ú 5bÃ 5cÕ 61Â 65€ 69í 6fó 75ú 7bã 7cõ 7fâ'],
  ] as const)('has in annex A.2 the single shift of %s', (single, places) => {
    expect(extensionOf({ single })).toBe(places);
  });

  it('has in annex A.2.3 the Greek letters that the Portuguese locking shift displaces', () => {
    expect(shown({ single: 'pt', locking: 'pt' }, [0x1b, 0x12, 0x1b, 0x13, 0x1b, 0x15, 0x1b, 0x16, 0x1b, 0x17, 0x1b, 0x18, 0x1b, 0x19])).toBe('ΦΓΩΠΨΣΘ');
  });
});

describe('what a handset sends', () => {
  const decode = (octets: string, dataCoding = 0) => decodeShortMessage({ dataCoding, esmClass: 0x40, shortMessage: Buffer.from(octets, 'hex') });

  it.each([
    ['both tables', '06240101250101' + '1c1b731b6560', 'Şş€ç'],
    ['a table for each of two languages', '06240102250103' + '1b611b6515', 'á€∞'],
    ['an extension that the table lacks, as its locking shift has it', '03250101' + '1b60', 'ç'],
    ['a language that is not known, as the default alphabet has it', '03250104' + '60', '¿'],
    ['no language', '03250100' + '60', '¿'],
    ['the last of two', '06250101250103' + '60', '~'],
    ['an element of the wrong length', '0425020101' + '60', '¿'],
    ['a header that is cut', '0425010124' + '60', '¿'],
  ])('is read with %s', (_, octets, text) => expect(decode(octets)).toEqual({ text }));

  it('has its place in a longer text beside its tables', () => {
    expect(decode('0b' + '0003ab0201' + '240101' + '250101' + '1b73')).toEqual({ text: 'ş', concat: { reference: 0xab, total: 2, part: 1 } });
  });

  it('is UCS-2 where it says so, whatever its header', () => expect(decode('03250101' + '0436', 8)).toEqual({ text: 'ж' }));

  it('has the place that its last element says', () => expect(decode('0a' + '0003ab0201' + '0003cd0202' + '61')).toEqual({ text: 'a', concat: { reference: 0xcd, total: 2, part: 2 } }));
});

describe('a plan', () => {
  const planned = (text: string, languages: readonly NationalLanguage[] = NATIONAL_LANGUAGES) => {
    const { encoding, shift, segments } = planSms(text, languages);
    return [encoding, shift, segments.map(({ length }) => length)];
  };

  it.each([
    ['ğ'.repeat(70), ['ucs2', undefined, [70]]],
    ['ğ'.repeat(71), ['gsm7', { single: 'tr' }, [71]]],
    ['ğ'.repeat(78), ['gsm7', { locking: 'tr' }, [78]]],
    ['ğ'.repeat(155), ['gsm7', { locking: 'tr' }, [155]]],
    ['ğ'.repeat(156), ['gsm7', { locking: 'tr' }, [149, 7]]],
    ['a'.repeat(153) + 'á', ['gsm7', { single: 'es' }, [154]]],
    ['a'.repeat(154) + 'á', ['gsm7', { locking: 'pt' }, [155]]],
    ['a'.repeat(148) + 'áaaaaaaaaaaaa', ['gsm7', { single: 'es' }, [148, 13]]],
    ['a'.repeat(100) + 'ã∞', ['gsm7', { locking: 'pt' }, [102]]],
    ['a'.repeat(100) + '∞Φ', ['gsm7', { locking: 'pt', single: 'pt' }, [102]]],
    ['∞'.repeat(150) + 'Φ', ['gsm7', { locking: 'pt', single: 'pt' }, [151]]],
    ['∞'.repeat(151) + 'Φ', ['gsm7', { locking: 'pt', single: 'pt' }, [146, 6]]],
    ['a'.repeat(160), ['gsm7', undefined, [160]]],
    ['€'.repeat(81), ['gsm7', { locking: 'tr' }, [81]]],
    ['ğá'.repeat(40), ['ucs2', undefined, [67, 13]]],
    ['ж'.repeat(71), ['ucs2', undefined, [67, 4]]],
  ])('has the fewest short messages that the tables allow (%#)', (text, plan) => expect(planned(text)).toEqual(plan));

  it('names its tables in a header of its own where one short message is enough', () => {
    const encoded = encodeSegment(planSms('a'.repeat(138) + 'á', ['es']), 0, 7);
    expect(encoded).toMatchObject({ dataCoding: 0, esmClass: 0x40 });
    expect(Buffer.from(encoded.shortMessage).toString('hex')).toBe(`03240102${'61'.repeat(138)}1b61`);
  });

  it('names its place and its tables in every part', () => {
    const plan = planSms(`${'∞'.repeat(151)}Φ`, ['pt']);
    expect(Buffer.from(encodeSegment(plan, 1, 0xab).shortMessage).toString('hex')).toBe(`0b0003ab0202240103250103${'15'.repeat(5)}1b12`);
  });

  it('uses no table of a language that is not allowed', () => {
    expect(planned('ğ'.repeat(80), ['es', 'pt'])).toEqual(['ucs2', undefined, [67, 13]]);
    expect(planned('ğ'.repeat(80), [])).toEqual(['ucs2', undefined, [67, 13]]);
  });
});

const SHIFTS: readonly NationalShift[] = [
  {}, ...NATIONAL_LANGUAGES.map((single) => ({ single })),
  ...(['tr', 'pt'] as const).flatMap((locking) => [{ locking }, { locking, single: locking }]),
];
/** Septets of each character as the reading side has it: an oracle that shares no code with the planning. */
const costsOf = (shift: NationalShift) => {
  const septets = Array.from({ length: 128 }, (_, septet) => septet).filter((septet) => septet !== 0x1b);
  return new Map([...septets.map((septet) => [shown(shift, [0x1b, septet]), 2] as const), ...septets.map((septet) => [shown(shift, [septet]), 1] as const)]);
};
const CODINGS = SHIFTS.map((shift) => ({ shift, costs: costsOf(shift), alone: [160, 155, 152][Object.keys(shift).length] ?? 0, joined: [153, 149, 146][Object.keys(shift).length] ?? 0 }));
const languagesOf = ({ single, locking }: NationalShift) => [single, locking].filter((language) => language !== undefined);

function fewest(text: string, languages: readonly NationalLanguage[]): number {
  const counts = CODINGS.filter(({ shift }) => languagesOf(shift).every((language) => languages.includes(language)))
    .map(({ costs, alone, joined }) => count([...text].map((character) => costs.get(character) ?? Infinity), alone, joined));
  return Math.min(...counts, count([...text].map(({ length }) => length), 70, 67));
}

function count(costs: readonly number[], alone: number, joined: number): number {
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  if (total <= alone || total === Infinity) return total === Infinity ? Infinity : 1;
  return costs.reduce(({ full, used }, cost) => (used + cost > joined ? { full: full + 1, used: cost } : { full, used: used + cost }), { full: 1, used: 0 }).full;
}

/** Octets in TP-User-Data, septets packed behind the fill bits. */
function packedOctets({ encoding }: SmsPlan, header: number, octets: number): number {
  return encoding === 'ucs2' ? header + octets : Math.ceil(((Math.ceil((header * 8) / 7) + octets) * 7) / 8);
}

describe('whatever the text', () => {
  const alphabets = ['ğĞşŞıİç', 'áíóúÁÍÓÚñ', 'ãõâêôÂÊÔÀçºª∞`', '€|^{}[]~\\\f', 'ΦΓΛΩΠΨΣΘΞ', 'жب\u200fא'];
  const letters = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...'abc XYZ.\n') }, fc.constantFrom(...alphabets.join('')), { weight: 1, arbitrary: fc.constantFrom('😀', '👩‍👩‍👧', '🇹🇷', '👍🏽') });
  const oneAlphabet = fc.constantFrom(...alphabets).chain((own) => fc.string({ unit: fc.constantFrom(...own, ...'ab '), minLength: 1, maxLength: 320, size: 'max' }));
  const texts = fc.oneof(oneAlphabet, fc.string({ unit: letters, minLength: 1, maxLength: 480, size: 'max' }), fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }));
  const cases = fc.tuple(texts, fc.subarray([...NATIONAL_LANGUAGES]));

  it('comes back, in parts that fit, cut in no pair, and as few as there can be', () => {
    fc.assert(fc.property(cases, fc.nat(255), ([text, languages], reference) => {
      const verdict = judgeSmsText(text, languages);
      if (!verdict.accepted) {
        expect(/[\0\u001b]/.test(text) || !text.isWellFormed()).toBe(true);
        return;
      }
      const { plan } = verdict;
      expect(plan.segments.join('')).toBe(text);
      expect(plan.segments.every((segment) => segment !== '' && segment.isWellFormed())).toBe(true);
      const encoded = plan.segments.map((_, index) => encodeSegment(plan, index, reference));
      expect(encoded.map((one) => decodeShortMessage(one).text).join('')).toBe(text);
      for (const { shortMessage, esmClass } of encoded) {
        const header = esmClass === 0 ? 0 : (shortMessage[0] ?? 0) + 1;
        expect(packedOctets(plan, header, shortMessage.length - header)).toBeLessThanOrEqual(140);
        expect(plan.encoding === 'gsm7' && shortMessage.at(-1) === 0x1b).toBe(false);
      }
      expect(plan.segments).toHaveLength(fewest(text, languages));
    }), { numRuns });
  });

  it('uses a national table only where it saves a short message, and never one that is not allowed', () => {
    fc.assert(fc.property(cases, ([text, languages]) => {
      const [verdict, plain] = [judgeSmsText(text, languages), judgeSmsText(text)];
      if (!verdict.accepted || !plain.accepted || verdict.plan.shift === undefined) {
        expect(verdict).toEqual(plain);
        return;
      }
      expect(verdict.plan.segments.length).toBeLessThan(plain.plan.segments.length);
      expect(languages).toEqual(expect.arrayContaining(languagesOf(verdict.plan.shift)));
    }), { numRuns });
  });
});
