import { createHmac, randomBytes } from 'node:crypto';

/** However long: what somebody took for a number begins with one. */
const TELEPHONE = /(?:tel:)?(?:\+|%2[Bb])[1-9]\d{6,}/g;
/** Without its plus, as short messages and the core network carry it; 13 digits from 15… to 19… are an instant in milliseconds, and parts of hexadecimal words, or ids of traces, are no numbers. */
const BARE_NUMBER = /((?<!\\)":)?(?<![\da-f.])(?!(?<="spanId":")\d{16}"|(?<="traceId":")\d{32}")(?!1[5-9]\d{11}(?!\d))[1-9]\d{10,}(?![\da-f])/g;
const SIP = /\bsips?(?::|%3[Aa])[^\s"'\\/?,;<>]+/g;
const IMEI = /(?<=urn(?::|%3[Aa])gsma(?::|%3[Aa])imei(?::|%3[Aa]))[\d-]+/g;
/** A JSON Web Token, and what is sent as a bearer's of any kind. */
const TOKEN = /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*|(?<=\b[Bb]earer[ .])[\w.~+/=-]{8,}/g;
/** The path of a notification's link, and the grant it gives: whoever has them may fetch. Of a callback of the network: whoever has it may report. What a user calls his file. */
const LINK = /(\/u\/|\/t8\/notifications\/|[?&]grant=|[?&]fileName=)[^/\s"'\\&?]+/g;

/** User and password of a URL, also where they hold characters that they must not. */
const CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>/@:]*:[^\s"'<>]*@/gi;

const TAG_LENGTH = 12;

/**
 * Masks every telephone number, SIP address, IMEI, link and token of a log line. In the place of an address stands a tag, the same for the same address
 * under one key: the first 12 hexadecimal digits of HMAC-SHA-256 of `tel:+…` or `sip:…` in lower case. Nobody without the key can tell whose it is.
 */
export function redactionBy(key: string | Buffer = randomBytes(32)): (line: string) => string {
  const tagOf = (address: string) => `#${createHmac('sha256', key).update(address.toLowerCase()).digest('hex').slice(0, TAG_LENGTH)}`;
  const telephone = (number: string) => `tel:${tagOf(`tel:+${number.replace(/^(?:tel:)?(?:\+|%2[Bb])/, '')}`)}`;
  return (line) => line
    .replace(CREDENTIALS, '$1***@')
    .replace(TOKEN, '[token]')
    .replace(TELEPHONE, telephone)
    .replace(SIP, (address) => `sip:${tagOf(address.replace(/%3[Aa]/, ':').replaceAll('%40', '@'))}`)
    .replace(IMEI, tagOf)
    .replace(LINK, '$1*')
    // The value of a JSON field stays one.
    .replace(BARE_NUMBER, (found: string, field: string | undefined) => (field === undefined ? telephone(found) : `${field}"${telephone(found.slice(field.length))}"`));
}
