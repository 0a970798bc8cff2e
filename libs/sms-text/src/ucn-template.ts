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

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Why a text cannot be used, in sentences for the operator; empty for one that can. */
export function faultsOfUcnTemplate(template: string): readonly string[] {
  const names = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const unknown = names.filter((name) => !(UCN_PLACEHOLDERS as readonly string[]).includes(name));
  const faults = unknown.map((name) => `{${name}} is no placeholder: there are ${UCN_PLACEHOLDERS.map((known) => `{${known}}`).join(' ')}`);
  if (faults.length > 0) return faults;
  const verdict = judgeSmsText(fillUcnTemplate(template, LONGEST));
  if (!verdict.accepted) return [`cannot travel as SMS: ${verdict.refusal}`];
  const withoutLink = judgeSmsText(fillUcnTemplate(template, { ...LONGEST, url: '' }));
  if (!withoutLink.accepted) return [`cannot travel as SMS where there is no link: ${withoutLink.refusal}`];
  const segments = verdict.plan.segments.length;
  return segments > MAX_UCN_SEGMENTS ? [`takes up to ${segments} short messages, at most ${MAX_UCN_SEGMENTS} are allowed`] : [];
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
