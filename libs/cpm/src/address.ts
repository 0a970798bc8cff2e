import { z } from 'zod';

const E164 = /^\+[1-9]\d{6,14}$/;
const SIP_USER = /^[a-z0-9\-_.!~*'()&=+$,;?/%]{1,64}$/;
const SIP_HOST = /^(?=.{1,255}$)[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9][a-z0-9-]{0,62})*$/;

/** A subscriber's one public identity: `tel:+E164`, or a lower-case `sip:user@domain`. */
export type CpmAddress = string & z.$brand<'CpmAddress'>;

/**
 * The key form of an address: URI parameters dropped, visual separators removed, a SIP URI whose user part is a
 * telephone number (`user=phone`, or just `+E164`) folded into its `tel:` form, so that one person has one key.
 * Returns undefined when the text is no CPM Address.
 */
export function normaliseAddress(text: string): CpmAddress | undefined {
  if (text.length > 330) return undefined;
  const [scheme, rest] = splitScheme(text.trim());
  const subject = rest.split(';', 1)[0] ?? '';
  if (scheme === 'tel') return telephone(subject);
  if (scheme !== 'sip') return undefined;
  const at = subject.lastIndexOf('@');
  if (at < 1) return undefined;
  const user = subject.slice(0, at).toLowerCase();
  const host = subject.slice(at + 1).toLowerCase();
  if (user.startsWith('+')) return SIP_HOST.test(host) ? telephone(user) : undefined;
  return SIP_USER.test(user) && SIP_HOST.test(host) ? (`sip:${user}@${host}` as CpmAddress) : undefined;
}

function splitScheme(text: string): [string, string] {
  const colon = text.indexOf(':');
  return colon < 0 ? ['', text] : [text.slice(0, colon).toLowerCase(), text.slice(colon + 1)];
}

function telephone(subject: string): CpmAddress | undefined {
  const digits = subject.replace(/[-.() ]/g, '');
  return E164.test(digits) ? (`tel:${digits}` as CpmAddress) : undefined;
}

/** The MSISDN of a `tel:` address: digits without `+` (3GPP TS 23.003); undefined for a SIP address. */
export function msisdnOf(address: CpmAddress): string | undefined {
  return address.startsWith('tel:+') ? address.slice(5) : undefined;
}

/** Parses and normalises an address that comes from outside. */
export const cpmAddress = z.string().transform((text, context): CpmAddress => {
  const address = normaliseAddress(text);
  if (address) return address;
  context.addIssue({ code: 'custom', message: 'must be tel:+E164 (7 to 15 digits) or sip:user@domain' });
  return z.NEVER;
});

/** An address inside an event: already normalised by the boundary that let it in, so only its shape is checked. */
export const keyedAddress = z.custom<CpmAddress>(
  (value) => typeof value === 'string' && (value.startsWith('tel:+') || value.startsWith('sip:')),
  'must be a normalised CPM Address',
);
