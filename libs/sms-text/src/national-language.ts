/** Languages with GSM tables of their own; position is the National Language Identifier less 1 (3GPP TS 23.038 section 6.2.1.2.4). */
export const NATIONAL_LANGUAGES = ['tr', 'es', 'pt'] as const;
export type NationalLanguage = (typeof NATIONAL_LANGUAGES)[number];

/** The national tables that a short message names in its header; absent ones are those of the default alphabet. */
export interface NationalShift {
  /** In place of the default alphabet (TS 23.038 section 6.2.1.2.3). */
  readonly locking?: NationalLanguage;
  /** In place of the extension table (TS 23.038 section 6.2.1.2.2). */
  readonly single?: NationalLanguage;
}

/** Characters that stand from this septet on. */
type Run = readonly [septet: number, characters: string];

/** TS 23.038 annex A.3: what differs from the default alphabet. Spanish has no such table. */
export const LOCKING_SHIFT: Readonly<Record<Exclude<NationalLanguage, 'es'>, readonly Run[]>> = {
  tr: [[0x04, '€'], [0x07, 'ı'], [0x0b, 'Ğğ'], [0x1c, 'Şş'], [0x40, 'İ'], [0x60, 'ç']],
  pt: [
    [0x04, 'ê'], [0x06, 'úíóç'], [0x0b, 'Ôô'], [0x0e, 'Áá'], [0x12, 'ªÇÀ∞^\\€Ó|'], [0x1c, 'ÂâÊ'], [0x24, 'º'], [0x40, 'Í'],
    [0x5b, 'ÃÕÚ'], [0x60, '~'], [0x7b, 'ãõ`'],
  ],
};

/** TS 23.038 annex A.2: what each table has beside the default extension table. */
export const SINGLE_SHIFT: Readonly<Record<NationalLanguage, readonly Run[]>> = {
  tr: [[0x47, 'Ğ'], [0x49, 'İ'], [0x53, 'Ş'], [0x63, 'ç'], [0x67, 'ğ'], [0x69, 'ı'], [0x73, 'ş']],
  es: [[0x09, 'ç'], [0x41, 'Á'], [0x49, 'Í'], [0x4f, 'Ó'], [0x55, 'Ú'], [0x61, 'á'], [0x69, 'í'], [0x6f, 'ó'], [0x75, 'ú']],
  pt: [
    [0x05, 'ê'], [0x09, 'ç'], [0x0b, 'Ôô'], [0x0e, 'Áá'], [0x12, 'ΦΓ^ΩΠΨΣΘ'], [0x1f, 'Ê'], [0x41, 'À'], [0x49, 'Í'], [0x4f, 'Ó'], [0x55, 'Ú'],
    [0x5b, 'ÃÕ'], [0x61, 'Â'], [0x69, 'í'], [0x6f, 'ó'], [0x75, 'ú'], [0x7b, 'ãõ'], [0x7f, 'â'],
  ],
};

/** Languages that have a locking shift table. */
export function hasLockingShift(language: NationalLanguage): language is keyof typeof LOCKING_SHIFT {
  return Object.hasOwn(LOCKING_SHIFT, language);
}

/** Every place of a table in turn. */
export function placesOf(runs: readonly Run[]): (readonly [septet: number, character: string])[] {
  return runs.flatMap(([first, characters]) => [...characters].map((character, at) => [first + at, character] as const));
}
