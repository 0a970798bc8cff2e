import { decodeShortMessage, encodeSegment, planSms, type NationalLanguage } from '@cpm/sms-text';
import fc from 'fast-check';
import defs from 'smpp/lib/defs.js';
import { fuzzRuns } from './testing/pdu-arbitraries.js';

/** Header and text as npm `smpp` 0.5.1 writes them; it knows one pair of tables per language. */
const byLibrary = (udh: string, message: string) => defs.filters.message.encode.call({ data_coding: null }, { udh: Buffer.from(udh, 'hex'), message });

const DEFAULT = '@£$¥Çé\n\rÅåΔ_ßÉ !"#%&\'()*+,-./0123456789:;<=>?ABCXYZÜ§abcxyzüà\f{}\\[~]|';
/** Characters that stand in one place of the language's tables, so that both sides must write the same octets. */
const LANGUAGES: readonly (readonly [language: NationalLanguage, udh: string, characters: string])[] = [
  ['tr', '06240101250101', `${DEFAULT}€ıĞğŞşİçäöñ¤^`],
  ['es', '03240102', `${DEFAULT}çÁÍÓÚáíóú€èñ¿^`],
  ['pt', '06240103250103', `${DEFAULT.replace(/[\\|~éÅåß]/g, '')}êÔôÁáªÇÀ∞ÂâÍºãõ\`ΦΓΩΠΨΣΘ`],
];

describe.each(LANGUAGES)('a text in the tables of %s', (language, udh, characters) => {
  const texts = fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 150 });

  it('is read from what the library writes', () => {
    fc.assert(fc.property(texts, (text) => {
      expect(decodeShortMessage({ dataCoding: 0, esmClass: 0x40, shortMessage: byLibrary(udh, text) })).toEqual({ text });
    }), { numRuns: fuzzRuns(300) });
  });

  it('is written as the library writes it', () => {
    const differing = [...new Set(characters)].filter((character) => {
      const plan = { ...planSms('x'), shift: udh.startsWith('06') ? { single: language, locking: language } : { single: language }, segments: [character] };
      return Buffer.from(encodeSegment(plan, 0, 0).shortMessage).toString('hex') !== byLibrary(udh, character).toString('hex');
    });
    // In Portuguese the library takes the long way for what both tables have.
    expect(differing.filter((character) => language !== 'pt' || !'êçÔôÁá^€ÀÍÓÚÃÕÂíóúãõâ\\~|'.includes(character))).toEqual([]);
  });
});
