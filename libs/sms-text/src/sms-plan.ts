import { gsmSeptetsOf } from './gsm-alphabet.js';

export type SmsEncoding = 'gsm7' | 'ucs2';

/** How one text travels as short messages. */
export interface SmsPlan {
  readonly encoding: SmsEncoding;
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

/** Room in one short message, in units of the encoding; `concatenated` leaves six octets for the concatenation header (TS 23.040). */
export const SEGMENT_UNITS: Readonly<Record<SmsEncoding, { readonly alone: number; readonly concatenated: number }>> = {
  gsm7: { alone: 160, concatenated: 153 },
  ucs2: { alone: 70, concatenated: 67 },
};

/** The concatenation header counts parts in one octet. */
const MAX_SEGMENTS = 255;

/** Plans a text, or names the reason why it cannot travel; never throws. */
export function judgeSmsText(text: string): SmsTextVerdict {
  const refusal = refusalOf(text);
  if (refusal) return { accepted: false, refusal };
  const characters = [...text];
  const gsmLengths = characters.map((character) => gsmSeptetsOf(character)?.length ?? 0);
  const encoding: SmsEncoding = gsmLengths.includes(0) ? 'ucs2' : 'gsm7';
  const lengths = encoding === 'gsm7' ? gsmLengths : characters.map((character) => character.length);
  const units = lengths.reduce((sum, length) => sum + length, 0);
  const room = SEGMENT_UNITS[encoding];
  const segments = units <= room.alone ? [text] : fill(characters, lengths, room.concatenated);
  if (segments.length > MAX_SEGMENTS) return { accepted: false, refusal: 'too-many-segments' };
  return { accepted: true, plan: { encoding, segments, units } };
}

/** Plans a text. Throws `SmsTextRefusedError` for a text that cannot travel: use `judgeSmsText` where that is an expected outcome. */
export function planSms(text: string): SmsPlan {
  const verdict = judgeSmsText(text);
  if (!verdict.accepted) throw new SmsTextRefusedError(verdict.refusal);
  return verdict.plan;
}

/** Number of short messages the text costs. Throws as `planSms`. */
export function segmentCount(text: string): number {
  return planSms(text).segments.length;
}

function refusalOf(text: string): SmsTextRefusal | undefined {
  if (text === '') return 'empty';
  if (text.includes('\0')) return 'nul-character';
  if (text.includes('\u001b')) return 'escape-character';
  if (!text.isWellFormed()) return 'lone-surrogate';
  return undefined;
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
