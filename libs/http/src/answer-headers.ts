/** Of every answer unless its route says otherwise: data for programs, that no browser shows, keeps or lends to another site. */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** RFC 6797; sub-domains are not ours to speak for. */
export const STRICT_TRANSPORT: Readonly<Record<string, string>> = { 'strict-transport-security': 'max-age=31536000' };

/** Headers as they stand in an answer that is written by hand. */
export function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
}
