import { decodeGsmSeptets, gsmSeptetsOf } from './gsm-alphabet.js';
import type { SmsEncoding, SmsPlan } from './sms-plan.js';

/** The three fields of an SMPP PDU that carry a text, ready to send. */
export interface EncodedSegment {
  readonly dataCoding: 0 | 8;
  /** 0x40 says that `shortMessage` begins with a user data header. */
  readonly esmClass: 0 | 0x40;
  /** At most 160 octets: the header if any, then one septet per octet or UTF-16BE. */
  readonly shortMessage: Uint8Array;
}

/** Place of a short message in a longer text. */
export interface Concatenation {
  readonly reference: number;
  readonly total: number;
  /** Counts from 1. */
  readonly part: number;
}

/** `text` of a part may begin or end with half a surrogate pair when another sender split it: join the parts before judging it. */
export interface DecodedShortMessage {
  readonly text: string;
  readonly concat?: Concatenation;
}

const USER_DATA_HEADER = 0x40;
const CONCATENATION_8_BIT = 0x00;
const CONCATENATION_16_BIT = 0x08;

/**
 * Encodes segment `index` (from 0) of a plan; `reference` (0 to 255) ties the parts of one text together and is the same for all.
 * Throws RangeError for an index outside the plan or a reference that is not an octet.
 */
export function encodeSegment(plan: SmsPlan, index: number, reference: number): EncodedSegment {
  const segment = plan.segments[index];
  if (segment === undefined) throw new RangeError(`segment ${index} of ${plan.segments.length}`);
  if (!Number.isInteger(reference) || reference < 0 || reference > 255) throw new RangeError(`concatenation reference ${reference}`);
  const dataCoding = plan.encoding === 'gsm7' ? 0 : 8;
  const body = encodeText(segment, plan.encoding);
  if (plan.segments.length === 1) return { dataCoding, esmClass: 0, shortMessage: Uint8Array.from(body) };
  const header = [5, CONCATENATION_8_BIT, 3, reference, plan.segments.length, index + 1];
  return { dataCoding, esmClass: USER_DATA_HEADER, shortMessage: Uint8Array.from([...header, ...body]) };
}

function encodeText(text: string, encoding: SmsEncoding): number[] {
  if (encoding === 'gsm7') return [...text].flatMap((character) => gsmSeptetsOf(character) ?? []);
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).flatMap((unit) => [unit >> 8, unit & 0xff]);
}

/** Reads what a peer sent, whatever it is: unknown codings read as Latin-1, a header that does not fit reads as text. */
export function decodeShortMessage(message: { dataCoding: number; esmClass: number; shortMessage: Uint8Array }): DecodedShortMessage {
  const { dataCoding, esmClass, shortMessage } = message;
  const headerLength = (esmClass & USER_DATA_HEADER) === 0 ? 0 : (shortMessage[0] ?? 0) + 1;
  if (headerLength === 0 || headerLength > shortMessage.length) return { text: decodeText(dataCoding, shortMessage) };
  const text = decodeText(dataCoding, shortMessage.subarray(headerLength));
  const concat = concatenationIn(shortMessage.subarray(1, headerLength));
  return concat ? { text, concat } : { text };
}

/** TS 23.040 section 9.2.3.24: a concatenation element with an impossible part number counts as absent. */
function concatenationIn(elements: Uint8Array): Concatenation | undefined {
  for (let at = 0; at + 2 <= elements.length; ) {
    const [identifier = 0, length = 0] = elements.subarray(at, at + 2);
    const [a = 0, b = 0, c = 0, d = 0] = elements.subarray(at + 2, at + 2 + length);
    at += 2 + length;
    if (at > elements.length) return undefined;
    if (identifier === CONCATENATION_8_BIT && length === 3) return plausible({ reference: a, total: b, part: c });
    if (identifier === CONCATENATION_16_BIT && length === 4) return plausible({ reference: (a << 8) | b, total: c, part: d });
  }
  return undefined;
}

function plausible(concat: Concatenation): Concatenation | undefined {
  return concat.part >= 1 && concat.part <= concat.total ? concat : undefined;
}

/** TS 23.038 section 4: the general coding groups keep the alphabet in bits 2 and 3; 1 and 3 are SMPP's own IA5 and Latin-1. */
function decodeText(dataCoding: number, octets: Uint8Array): string {
  if (dataCoding === 8 || (dataCoding & 0xcc) === 0x08 || (dataCoding & 0xf0) === 0xe0) return decodeUtf16(octets);
  if (dataCoding === 0 || dataCoding === 0x10 || (dataCoding & 0xf4) === 0xf0) return decodeGsmSeptets(octets);
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join('');
}

function decodeUtf16(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at + 1 < octets.length; at += 2) text += String.fromCharCode(((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0));
  return text;
}
