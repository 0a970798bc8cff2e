import { alphabetOf, DEFAULT_GSM_ALPHABET, type GsmAlphabet } from './gsm-alphabet.js';
import type { SmsPlan } from './sms-plan.js';
import { headerOctets, readHeader, type Concatenation } from './user-data-header.js';

/** The three fields of an SMPP PDU that carry a text, ready to send. */
export interface EncodedSegment {
  readonly dataCoding: 0 | 8;
  /** 0x40 says that `shortMessage` begins with a user data header. */
  readonly esmClass: 0 | 0x40;
  /** At most 160 octets: the header if any, then one septet per octet or UTF-16BE. */
  readonly shortMessage: Uint8Array;
}

/** `text` of a part may begin or end with half a surrogate pair when another sender split it: join the parts before judging it. */
export interface DecodedShortMessage {
  readonly text: string;
  readonly concat?: Concatenation;
}

const USER_DATA_HEADER = 0x40;

/**
 * Encodes segment `index` (from 0) of a plan; `reference` (0 to 255) ties the parts of one text together and is the same for all.
 * Throws RangeError for an index outside the plan or a reference that is not an octet.
 */
export function encodeSegment(plan: SmsPlan, index: number, reference: number): EncodedSegment {
  const { segments, encoding, shift = {} } = plan;
  const segment = segments[index];
  if (segment === undefined) throw new RangeError(`segment ${index} of ${segments.length}`);
  if (!Number.isInteger(reference) || reference < 0 || reference > 255) throw new RangeError(`concatenation reference ${reference}`);
  const concat = { reference, total: segments.length, part: index + 1 };
  const header = headerOctets(segments.length === 1 ? { shift } : { concat, shift });
  const body = encoding === 'gsm7' ? septetsOf(segment, alphabetOf(shift)) : utf16Octets(segment);
  return { dataCoding: encoding === 'gsm7' ? 0 : 8, esmClass: header.length === 0 ? 0 : USER_DATA_HEADER, shortMessage: Uint8Array.from([...header, ...body]) };
}

function septetsOf(text: string, alphabet: GsmAlphabet): number[] {
  return [...text].flatMap((character) => alphabet.septetsOf(character) ?? []);
}

function utf16Octets(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).flatMap((unit) => [unit >> 8, unit & 0xff]);
}

/** Reads what a peer sent, whatever it is: unknown codings read as Latin-1, a header that does not fit reads as text. */
export function decodeShortMessage(message: { dataCoding: number; esmClass: number; shortMessage: Uint8Array }): DecodedShortMessage {
  const { dataCoding, esmClass, shortMessage } = message;
  const headerLength = (esmClass & USER_DATA_HEADER) === 0 ? 0 : (shortMessage[0] ?? 0) + 1;
  if (headerLength === 0 || headerLength > shortMessage.length) return { text: decodeText(dataCoding, shortMessage, DEFAULT_GSM_ALPHABET) };
  const { concat, shift } = readHeader(shortMessage.subarray(1, headerLength));
  const text = decodeText(dataCoding, shortMessage.subarray(headerLength), alphabetOf(shift));
  return concat ? { text, concat } : { text };
}

/** TS 23.038 section 4: the general coding groups keep the alphabet in bits 2 and 3; 1 and 3 are SMPP's own IA5 and Latin-1. */
function decodeText(dataCoding: number, octets: Uint8Array, alphabet: GsmAlphabet): string {
  if (dataCoding === 8 || (dataCoding & 0xcc) === 0x08 || (dataCoding & 0xf0) === 0xe0) return decodeUtf16(octets);
  if (dataCoding === 0 || dataCoding === 0x10 || (dataCoding & 0xf4) === 0xf0) return alphabet.decode(octets);
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join('');
}

function decodeUtf16(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at + 1 < octets.length; at += 2) text += String.fromCharCode(((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0));
  return text;
}
