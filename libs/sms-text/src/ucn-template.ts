import { DEFAULT_GSM_ALPHABET } from './gsm-alphabet.js';
import { judgeSmsText } from './sms-plan.js';

/** What the text of an Undelivered Content Notification may name; each written `{name}`. */
export const UCN_PLACEHOLDERS = ['sender', 'type', 'count', 'size', 'url', 'expiry', 'ref'] as const;
export type UcnPlaceholder = (typeof UCN_PLACEHOLDERS)[number];
export type UcnValues = Readonly<Record<UcnPlaceholder, string>>;

/** A notification that takes more is refused when it is saved: it would cost more than it tells. */
export const MAX_UCN_SEGMENTS = 2;

/** Longest scheme and host of the public address; a longer one is refused at start, since texts are judged with this. */
export const MAX_PUBLIC_URL = 64;
/** A token of 128 bits in base64url. */
export const LINK_TOKEN_LENGTH = 22;
/** Stands in a text where its link goes once that is known. */
export const LINK_PLACE = '{url}';

/** The longest value of each, so that a text that fits with them always fits. */
const LONGEST: UcnValues = {
  sender: `+${'9'.repeat(19)}`, type: 'x'.repeat(20), count: '999', size: '999.9 MB', url: linkUrl('h'.repeat(MAX_PUBLIC_URL), 't'.repeat(LINK_TOKEN_LENGTH)),
  expiry: '2026-12-31 23:59 UTC', ref: '#000000',
};

/** Of a text for several messages, which has no link and a longer reference. */
const LONGEST_IN_SUMMARY: UcnValues = { ...LONGEST, url: '', ref: '#+000000' };

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Why a text cannot be used, in sentences for the operator; empty for one that can. */
export function faultsOfUcnTemplate(template: string): readonly string[] {
  return faultsOf(template, LONGEST);
}

/** As `faultsOfUcnTemplate`, for the text that stands for several messages. */
export function faultsOfUcnSummaryTemplate(template: string): readonly string[] {
  return faultsOf(template, LONGEST_IN_SUMMARY);
}

function faultsOf(template: string, longest: UcnValues): readonly string[] {
  const names = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const unknown = names.filter((name) => !(UCN_PLACEHOLDERS as readonly string[]).includes(name));
  const faults = unknown.map((name) => `{${name}} is no placeholder: there are ${UCN_PLACEHOLDERS.map((known) => `{${known}}`).join(' ')}`);
  if (faults.length > 0) return faults;
  const verdict = judgeSmsText(fillUcnTemplate(template, longest));
  if (!verdict.accepted) return [`cannot travel as SMS: ${verdict.refusal}`];
  const withoutLink = judgeSmsText(fillUcnTemplate(template, { ...LONGEST, url: '' }));
  if (!withoutLink.accepted) return [`cannot travel as SMS where there is no link: ${withoutLink.refusal}`];
  const segments = verdict.plan.segments.length;
  return segments > MAX_UCN_SEGMENTS ? [`takes up to ${segments} short messages, at most ${MAX_UCN_SEGMENTS} are allowed`] : [];
}

/**
 * What a text that can be used costs more than it need, or cannot do, in sentences for the operator. `link`: whether notifications carry one.
 * One short message takes 160 characters of the GSM alphabet, and 70 as soon as one character is not in it (3GPP TS 23.038).
 */
export function warningsOfUcnTemplate(template: string, { link }: { readonly link: boolean }): readonly string[] {
  return warningsOf(template, link ? LONGEST : { ...LONGEST, url: '' });
}

/** As `warningsOfUcnTemplate`, for the text that stands for several messages. */
export function warningsOfUcnSummaryTemplate(template: string): readonly string[] {
  const linked = template.includes(LINK_PLACE) ? ['{url} stays empty: a link shows one message'] : [];
  return [...warningsOf(template, LONGEST_IN_SUMMARY), ...linked];
}

function warningsOf(template: string, longest: UcnValues): readonly string[] {
  const verdict = judgeSmsText(fillUcnTemplate(template, longest));
  // A text that an earlier version let pass.
  if (!verdict.accepted) return [`cannot travel as SMS: ${verdict.refusal}`];
  const { encoding, segments } = verdict.plan;
  const foreign = [...new Set(template)].filter((character) => DEFAULT_GSM_ALPHABET.septetsOf(character) === undefined);
  return [
    ...(segments.length > 1 ? [`takes up to ${segments.length} short messages`] : []),
    ...(encoding === 'ucs2' ? [`${foreign.join(' ')} not in the GSM alphabet: a short message takes 70 characters instead of 160`] : []),
    ...(template.includes('{ref}') ? [] : ['has no {ref}: a phone cannot put the original in the place of the notification']),
  ];
}

/** The link of a notification; `publicUrl` is scheme and host, without a slash at its end. */
export function linkUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/u/${token}`;
}

/** The text with its values; what a value leaves empty leaves no gap, and a placeholder without a value stays. */
export function fillUcnTemplate(template: string, values: Partial<UcnValues>): string {
  return template
    .replace(PLACEHOLDER, (whole, name: string) => (Object.hasOwn(values, name) ? (values[name as UcnPlaceholder] ?? whole) : whole))
    .replace(/ {2,}/g, ' ')
    .trim();
}
