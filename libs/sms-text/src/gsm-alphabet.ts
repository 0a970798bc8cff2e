import { hasLockingShift, LOCKING_SHIFT, NATIONAL_LANGUAGES, placesOf, SINGLE_SHIFT, type NationalShift } from './national-language.js';

const ESCAPE = 0x1b;

/** 3GPP TS 23.038 section 6.2.1: position is the septet; position 0x1B is the escape to the extension table. */
const DEFAULT_ALPHABET =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ' +
  ' !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmnopqrstuvwxyzäöñüà';

/** 3GPP TS 23.038 section 6.2.1.1: the septet that follows the escape. */
const EXTENSION_TABLE: readonly (readonly [septet: number, character: string])[] = [
  [0x0a, '\f'],
  [0x14, '^'],
  [0x28, '{'],
  [0x29, '}'],
  [0x2f, '\\'],
  [0x3c, '['],
  [0x3d, '~'],
  [0x3e, ']'],
  [0x40, '|'],
  [0x65, '€'],
];

/** One pair of tables: what a septet means alone, and what it means behind the escape. */
export class GsmAlphabet {
  readonly #characters: readonly string[];
  readonly #extension: ReadonlyMap<number, string>;
  readonly #septets: ReadonlyMap<string, readonly number[]>;

  constructor({ locking, single }: NationalShift) {
    const characters = [...DEFAULT_ALPHABET];
    for (const [septet, character] of locking && hasLockingShift(locking) ? placesOf(LOCKING_SHIFT[locking]) : []) characters[septet] = character;
    this.#characters = characters;
    this.#extension = new Map([...EXTENSION_TABLE, ...(single ? placesOf(SINGLE_SHIFT[single]) : [])]);
    // A character that stands in both tables takes the shorter way.
    this.#septets = new Map<string, readonly number[]>([
      ...[...this.#extension].map(([septet, character]) => [character, [ESCAPE, septet]] as const),
      ...characters.map((character, septet) => [character, [septet]] as const).filter(([, [septet]]) => septet !== ESCAPE),
    ]);
  }

  /** Septets of one character: one, or two with the escape; undefined when it has no place in the tables. */
  septetsOf(character: string): readonly number[] | undefined {
    return this.#septets.get(character);
  }

  /** Text of unpacked septets, one per octet; an octet above 0x7F reads as U+FFFD. */
  decode(octets: Uint8Array): string {
    let text = '';
    for (let at = 0; at < octets.length; at += 1) {
      const octet = octets[at] ?? 0;
      if (octet !== ESCAPE) {
        text += this.#characters[octet] ?? '\ufffd';
        continue;
      }
      at += 1;
      text += this.#escapedCharacter(octets[at]);
    }
    return text;
  }

  /** TS 23.038 asks a receiver to show the alphabet's character for an unknown extension, and a space for an escape without one. */
  #escapedCharacter(septet: number | undefined): string {
    if (septet === undefined || septet === ESCAPE) return ' ';
    return this.#extension.get(septet) ?? this.#characters[septet] ?? '\ufffd';
  }
}

const keyOf = ({ locking, single }: NationalShift) => `${locking ?? ''}/${single ?? ''}`;

/** Languages may be mixed: the header names each table by itself. */
const alphabets: ReadonlyMap<string, GsmAlphabet> = new Map(
  [{}, ...NATIONAL_LANGUAGES.map((locking) => ({ locking }))]
    .flatMap((base) => [base, ...NATIONAL_LANGUAGES.map((single) => ({ ...base, single }))])
    .map((shift) => [keyOf(shift), new GsmAlphabet(shift)]),
);

/** The GSM 7 bit default alphabet with its extension table. */
export const DEFAULT_GSM_ALPHABET = alphabetOf({});

/** The tables that a header with these shifts chooses. */
export function alphabetOf(shift: NationalShift): GsmAlphabet {
  return alphabets.get(keyOf(shift)) ?? new GsmAlphabet(shift);
}
