import type { Instant } from '@cpm/vocabulary';
import type { InboundText, LeasesEvent } from './leases.js';

type Part = NonNullable<InboundText['part']>;
type PartsEvent = Extract<LeasesEvent, { type: 'PartKept' | 'TextJoined' | 'PartsForgotten' }>;

/**
 * A concatenated text of which parts have come. It is kept for a while when it is `joined`, so that a part that the SMSC
 * delivers again does not begin another.
 */
export interface PartialText {
  readonly key: string;
  /** MSISDN it was sent to. */
  readonly to: string;
  /** What its number stood for; absent in what an earlier version stored. */
  readonly scope?: string | undefined;
  readonly total: number;
  /** By their number. In JSON: a part may begin with half a surrogate pair, which the database would not keep. */
  readonly parts: Readonly<Record<string, string>>;
  readonly firstAt: Instant;
  readonly joined: boolean;
}

/** How long parts wait for those that are missing. */
export const PARTS_LIFE_MS = 24 * 3_600_000;
/** A handset has no other text under the same reference so soon. */
const JOINED_LIFE_MS = 3_600_000;
const GAP = '[…]';
/** A handset sends one text after the other: more under way than these are no use of it. */
export const PARTIAL_TEXTS_KEPT = 16;

/** Parts belong together when they were for the same session or sender: a number that meanwhile stands for another gets none of them. */
export function partialTextKey(part: Part, number: string, scope: string): string {
  return `${number}|${part.reference}|${part.total}|${scope}`;
}

/** When it is no longer kept, epoch ms. */
export function forgottenAt({ firstAt, joined }: PartialText): Instant {
  return firstAt + (joined ? JOINED_LIFE_MS : PARTS_LIFE_MS);
}

export function evolvePartialTexts(texts: readonly PartialText[], event: PartsEvent): readonly PartialText[] {
  switch (event.type) {
    case 'PartKept':
      return withPart(texts, event);
    case 'TextJoined':
      return texts.map((text) => (text.key === event.key ? { ...text, joined: true } : text));
    case 'PartsForgotten':
      return texts.filter(({ key }) => key !== event.key);
  }
}

function withPart(texts: readonly PartialText[], { key, inbound, part, scope, at }: Extract<PartsEvent, { type: 'PartKept' }>): readonly PartialText[] {
  const added = { [part.number]: JSON.stringify(inbound.text) };
  const isKnown = texts.some((text) => text.key === key);
  if (isKnown) return texts.map((text) => (text.key === key ? { ...text, parts: { ...text.parts, ...added } } : text));
  return [...texts, { key, to: inbound.to, scope, total: part.total, parts: added, firstAt: at, joined: false }];
}

/** What a part means for the text it says it belongs to: the same number with other words is another text under the same reference. */
export function roleOf(part: Part, words: string, text: PartialText | undefined): 'new' | 'repeated' | 'contradicting' {
  const known = text?.parts[part.number];
  if (known === undefined) return 'new';
  return known === JSON.stringify(words) ? 'repeated' : 'contradicting';
}

/** The whole text; undefined while parts are missing. */
export function wholeOf(text: PartialText): string | undefined {
  if (Object.keys(text.parts).length < text.total) return undefined;
  return wordsOf(text);
}

/** What has come of it, in order, with a mark in place of what is missing. */
export function wordsOf({ parts, total }: PartialText): string {
  const pieces = Array.from({ length: total }, (_, at) => parts[at + 1]);
  const marked = pieces.flatMap((piece, at) => {
    if (piece !== undefined) return [JSON.parse(piece) as string];
    return at > 0 && pieces[at - 1] === undefined ? [] : [GAP];
  });
  return marked.join('').toWellFormed();
}
