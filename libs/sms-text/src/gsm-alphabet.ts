const ESCAPE = 0x1b;

/** 3GPP TS 23.038 section 6.2.1: position is the septet; position 0x1B is the escape to the extension table. */
const DEFAULT_ALPHABET =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ' +
  ' !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmnopqrstuvwxyzäöñüà';

/** 3GPP TS 23.038 section 6.2.1.1: the septet that follows the escape. */
const EXTENSION_TABLE: readonly (readonly [character: string, septet: number])[] = [
  ['\f', 0x0a],
  ['^', 0x14],
  ['{', 0x28],
  ['}', 0x29],
  ['\\', 0x2f],
  ['[', 0x3c],
  ['~', 0x3d],
  [']', 0x3e],
  ['|', 0x40],
  ['€', 0x65],
];

const septetsOfCharacter: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...[...DEFAULT_ALPHABET].map((character, septet) => [character, [septet]] as const).filter(([, [septet]]) => septet !== ESCAPE),
  ...EXTENSION_TABLE.map(([character, septet]) => [character, [ESCAPE, septet]] as const),
]);
const extensionOfSeptet: ReadonlyMap<number, string> = new Map(EXTENSION_TABLE.map(([character, septet]) => [septet, character]));

/** Septets of one character in the GSM 7 bit default alphabet: one, or two with the escape; undefined when it has no place there. */
export function gsmSeptetsOf(character: string): readonly number[] | undefined {
  return septetsOfCharacter.get(character);
}

/** Text of unpacked septets, one per octet; an octet above 0x7F reads as U+FFFD. */
export function decodeGsmSeptets(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; at += 1) {
    const octet = octets[at] ?? 0;
    if (octet !== ESCAPE) {
      text += DEFAULT_ALPHABET[octet] ?? '\ufffd';
      continue;
    }
    at += 1;
    text += escapedCharacter(octets[at]);
  }
  return text;
}

/** TS 23.038 asks a receiver to show the default character for an unknown extension, and a space for an escape without one. */
function escapedCharacter(septet: number | undefined): string {
  if (septet === undefined || septet === ESCAPE) return ' ';
  return extensionOfSeptet.get(septet) ?? DEFAULT_ALPHABET[septet] ?? '\ufffd';
}
