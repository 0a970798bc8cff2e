import { NATIONAL_LANGUAGES, type NationalLanguage, type NationalShift } from './national-language.js';

/** Place of a short message in a longer text. */
export interface Concatenation {
  readonly reference: number;
  readonly total: number;
  /** Counts from 1. */
  readonly part: number;
}

/** What a header says of the text behind it. */
export interface UserDataHeader {
  readonly concat?: Concatenation;
  readonly shift: NationalShift;
}

/** Information element identifiers of 3GPP TS 23.040 section 9.2.3.24. */
const CONCATENATION_8_BIT = 0x00;
const CONCATENATION_16_BIT = 0x08;
const SINGLE_SHIFT = 0x24;
const LOCKING_SHIFT = 0x25;

/** Octets of a header with its own length; none at all when there is nothing to say. */
export function headerOctets({ concat, shift }: UserDataHeader): number[] {
  const elements = [
    ...(concat ? [CONCATENATION_8_BIT, 3, concat.reference, concat.total, concat.part] : []),
    ...shiftElement(SINGLE_SHIFT, shift.single),
    ...shiftElement(LOCKING_SHIFT, shift.locking),
  ];
  return elements.length === 0 ? [] : [elements.length, ...elements];
}

function shiftElement(identifier: number, language: NationalLanguage | undefined): number[] {
  return language === undefined ? [] : [identifier, 1, NATIONAL_LANGUAGES.indexOf(language) + 1];
}

/**
 * Reads the elements behind the length octet as TS 23.040 section 9.2.3.24 asks: of several elements of one meaning the last counts,
 * and a header whose last element is cut says nothing. An impossible part number or an unknown language counts as absent.
 */
export function readHeader(octets: Uint8Array): UserDataHeader {
  let header: UserDataHeader = { shift: {} };
  for (let at = 0; at < octets.length; ) {
    const end = at + 2 + (octets[at + 1] ?? 0);
    if (at + 2 > octets.length || end > octets.length) return { shift: {} };
    header = withElement(header, octets[at] ?? 0, octets.subarray(at + 2, end));
    at = end;
  }
  return header;
}

function withElement(header: UserDataHeader, identifier: number, value: Uint8Array): UserDataHeader {
  const [a = 0, b = 0, c = 0, d = 0] = value;
  if (identifier === CONCATENATION_8_BIT && value.length === 3) return withPart(header, { reference: a, total: b, part: c });
  if (identifier === CONCATENATION_16_BIT && value.length === 4) return withPart(header, { reference: (a << 8) | b, total: c, part: d });
  if (value.length !== 1) return header;
  if (identifier === SINGLE_SHIFT) return { ...header, shift: withLanguage(header.shift, 'single', a) };
  if (identifier === LOCKING_SHIFT) return { ...header, shift: withLanguage(header.shift, 'locking', a) };
  return header;
}

function withPart(header: UserDataHeader, concat: Concatenation): UserDataHeader {
  return concat.part >= 1 && concat.part <= concat.total ? { ...header, concat } : header;
}

function withLanguage(shift: NationalShift, table: keyof NationalShift, identifier: number): NationalShift {
  const { [table]: _earlier, ...others } = shift;
  const language = NATIONAL_LANGUAGES[identifier - 1];
  return language === undefined ? others : { ...others, [table]: language };
}
