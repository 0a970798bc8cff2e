import { alphabetOf } from './gsm-alphabet.js';
import { hasLockingShift, NATIONAL_LANGUAGES, type NationalLanguage, type NationalShift } from './national-language.js';
import { headerOctets } from './user-data-header.js';

export type SmsEncoding = 'gsm7' | 'ucs2';

/** How one text travels as short messages. */
export interface SmsPlan {
  readonly encoding: SmsEncoding;
  /** The national tables of a gsm7 text, which every short message of it names in its header; absent: the default alphabet. */
  readonly shift?: NationalShift;
  /** The text of each short message, in order; joined they are the whole text. */
  readonly segments: readonly string[];
  /** Length of the whole text: septets for gsm7 (an extension character counts two), 16-bit code units for ucs2. */
  readonly units: number;
}

/** Why a text cannot travel as SMS. */
export type SmsTextRefusal = 'empty' | 'nul-character' | 'escape-character' | 'lone-surrogate' | 'too-many-segments';

export type SmsTextVerdict =
  | { readonly accepted: true; readonly plan: SmsPlan }
  | { readonly accepted: false; readonly refusal: SmsTextRefusal };

/** Thrown by `planSms` for a text that `judgeSmsText` refuses. */
export class SmsTextRefusedError extends Error {
  override readonly name = 'SmsTextRefusedError';
  constructor(readonly refusal: SmsTextRefusal) {
    super(`text cannot travel as SMS: ${refusal}`);
  }
}

type SmsCoding = Pick<SmsPlan, 'encoding' | 'shift'>;

/** The concatenation header counts parts in one octet. */
const MAX_SEGMENTS = 255;
/** TP-User-Data of 3GPP TS 23.040. */
const USER_DATA_OCTETS = 140;

const PLAIN: readonly SmsCoding[] = [{ encoding: 'gsm7' }, { encoding: 'ucs2' }];

/** Short headers first: the single shift needs one element, both tables need two. */
const nationalCodings = (languages: readonly NationalLanguage[]): readonly SmsCoding[] => {
  const allowed = NATIONAL_LANGUAGES.filter((language) => languages.includes(language));
  const lockable = allowed.filter(hasLockingShift);
  const shifts = [...allowed.map((single) => ({ single })), ...lockable.map((locking) => ({ locking })), ...lockable.map((language) => ({ locking: language, single: language }))];
  return shifts.map((shift) => ({ encoding: 'gsm7', shift }));
};

/**
 * Room in one short message, in units of the encoding: what its header leaves of 140 octets, septets beginning at a septet boundary
 * behind the header (TS 23.040 section 9.2.3.24).
 */
export function segmentRoom({ encoding, shift = {} }: SmsCoding, place: 'alone' | 'concatenated'): number {
  const header = headerOctets(place === 'alone' ? { shift } : { concat: { reference: 0, total: 2, part: 1 }, shift });
  return Math.floor(((USER_DATA_OCTETS - header.length) * 8) / (encoding === 'gsm7' ? 7 : 16));
}

/**
 * Plans a text for the fewest short messages, or names the reason why it cannot travel; never throws.
 * The tables of `nationalLanguages` are used only where they save a short message: a handset or SMSC that ignores the header
 * would show other characters, which no UCS-2 text risks. Whoever decides and whoever sends must pass the same languages.
 */
export function judgeSmsText(text: string, nationalLanguages: readonly NationalLanguage[] = []): SmsTextVerdict {
  const refusal = refusalOf(text);
  if (refusal) return { accepted: false, refusal };
  const characters = [...text];
  let best: SmsPlan | undefined;
  for (const coding of [...PLAIN, ...nationalCodings(nationalLanguages)]) {
    if (best?.segments.length === 1) break;
    const plan = planIn(coding, characters);
    if (plan && (!best || plan.segments.length < best.segments.length)) best = plan;
  }
  if (!best || best.segments.length > MAX_SEGMENTS) return { accepted: false, refusal: 'too-many-segments' };
  return { accepted: true, plan: best };
}

/** Plans a text. Throws `SmsTextRefusedError` for a text that cannot travel: use `judgeSmsText` where that is an expected outcome. */
export function planSms(text: string, nationalLanguages: readonly NationalLanguage[] = []): SmsPlan {
  const verdict = judgeSmsText(text, nationalLanguages);
  if (!verdict.accepted) throw new SmsTextRefusedError(verdict.refusal);
  return verdict.plan;
}

function refusalOf(text: string): SmsTextRefusal | undefined {
  if (text === '') return 'empty';
  if (text.includes('\0')) return 'nul-character';
  if (text.includes('\u001b')) return 'escape-character';
  if (!text.isWellFormed()) return 'lone-surrogate';
  return undefined;
}

/** Undefined where a character has no place in the tables. */
function planIn(coding: SmsCoding, characters: readonly string[]): SmsPlan | undefined {
  const lengths = characters.map(lengthIn(coding));
  if (lengths.includes(0)) return undefined;
  const units = lengths.reduce((sum, length) => sum + length, 0);
  const alone = units <= segmentRoom(coding, 'alone');
  const segments = alone ? [characters.join('')] : fill(characters, lengths, segmentRoom(coding, 'concatenated'));
  return { ...coding, segments, units };
}

function lengthIn({ encoding, shift = {} }: SmsCoding): (character: string) => number {
  if (encoding === 'ucs2') return ({ length }) => length;
  const alphabet = alphabetOf(shift);
  return (character) => alphabet.septetsOf(character)?.length ?? 0;
}

/** A character is placed whole, so neither an escape pair nor a surrogate pair is split. */
function fill(characters: readonly string[], lengths: readonly number[], room: number): string[] {
  const segments: string[] = [];
  let segment = '';
  let used = 0;
  characters.forEach((character, at) => {
    const length = lengths[at] ?? 0;
    if (used + length > room) {
      segments.push(segment);
      segment = '';
      used = 0;
    }
    segment += character;
    used += length;
  });
  return [...segments, segment];
}
