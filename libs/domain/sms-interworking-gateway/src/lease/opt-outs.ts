import type { Policy } from '@cpm/vocabulary';
import type { InboundText, Lease, LeasesEvent } from './leases.js';

/** Whom a user wants no SMS of. */
export interface OptOuts {
  /** Of nobody. */
  readonly all: boolean;
  /** Group sessions and senders by their scope. */
  readonly scopes: readonly string[];
}

export const NO_OPT_OUTS: OptOuts = { all: false, scopes: [] };

export type OptWords = Pick<Policy, 'sms.stopWords' | 'sms.stopAllWords' | 'sms.startWords'>;
type OptEvent = Extract<LeasesEvent, { type: 'OptedOut' | 'OptedIn' }>;

/** What a number stands for: a group session, or else one sender. */
export interface Counterpart {
  readonly sessionId?: string | undefined;
  readonly party?: string | undefined;
}

/** Names it; a session's id is no address, so the two do not collide. */
export function scopeOf({ sessionId, party }: Counterpart): string {
  return sessionId ?? party ?? '';
}

/** Whether the user has asked for no SMS of this session or, outside of groups, this sender. */
export function isOptedOut({ all, scopes }: OptOuts, { sessionId, sender }: { readonly sessionId?: string | undefined; readonly sender: string }): boolean {
  return all || scopes.includes(scopeOf({ sessionId, party: sender }));
}

/** National short codes have up to 6 digits, a number in international form has at least 7. */
export const SHORT_CODE = /^\d{3,6}$/;

/**
 * What a text says when it is one of the words and nothing else; undefined for a text like any other. A word that undoes nothing
 * is one. The words are those that phone networks have for it, see https://help.twilio.com/articles/223134027.
 */
export function optEventOf({ to, text }: Pick<InboundText, 'to' | 'text'>, lease: Lease | undefined, known: OptOuts & { readonly words: OptWords; readonly at: number }): OptEvent | undefined {
  const { words, at, all, scopes } = known;
  const scope = scopeOf(lease ?? { party: `tel:+${to}` });
  const stops = isOneOf(words['sms.stopWords'], text);
  // A short code that is leased to nobody speaks for the gateway: whoever stops it cannot tell whom of.
  const isForAll = stops && lease === undefined && SHORT_CODE.test(to);
  if (isForAll || isOneOf(words['sms.stopAllWords'], text)) return { type: 'OptedOut', scope: 'all', at };
  if (stops) return { type: 'OptedOut', scope: { of: scope }, at };
  // To whatever number it is said, it ends a stop for all: a subscriber who starts again wants texts.
  const undoes = all || scopes.includes(scope);
  return undoes && isOneOf(words['sms.startWords'], text) ? { type: 'OptedIn', scope, at } : undefined;
}

function isOneOf(words: readonly string[], text: string): boolean {
  const said = folded(text);
  return words.some((word) => folded(word) === said);
}

function folded(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

export function evolveOptOuts(optOuts: OptOuts, event: OptEvent): OptOuts {
  if (event.type === 'OptedIn') return { all: false, scopes: optOuts.scopes.filter((scope) => scope !== event.scope) };
  if (event.scope === 'all') return { ...optOuts, all: true };
  return { ...optOuts, scopes: [...new Set([...optOuts.scopes, event.scope.of])] };
}
