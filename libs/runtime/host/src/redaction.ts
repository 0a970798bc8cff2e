const TELEPHONE = /(?:tel:)?(?:\+|%2[Bb])[1-9]\d{6,14}(?!\d)/g;
const SIP = /\bsips?(?::|%3[Aa])[^\s"'\\/?,;<>]+/g;
/** The path of a notification's link, and the grant it gives: whoever has them may fetch. Of a callback of the network: whoever has it may report. */
const LINK = /(\/u\/|\/t8\/notifications\/|[?&]grant=)[\w-]+/g;

/** User and password of a URL, also where they hold characters that they must not. */
const CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>/@:]*:[^\s"'<>]*@/gi;

/** Masks every telephone number, SIP address, password in a URL and link of a log line; the last two digits of a number stay, to tell users apart in a trace. */
export function redact(line: string): string {
  return line.replace(TELEPHONE, (number) => `tel:*${number.slice(-2)}`).replace(SIP, 'sip:*').replace(LINK, '$1*').replace(CREDENTIALS, '$1***@');
}
