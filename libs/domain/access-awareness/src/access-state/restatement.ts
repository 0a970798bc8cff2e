import type { AccessState } from '@cpm/vocabulary';
import type { Evidence, EvidenceBook, Subject } from './evidence.js';
import { endOf } from './evidence.js';

/** A source speaks again of all it said by `at`, except of some devices: it stands by it, replaces it by `state`, or ends it by `validUntil`. */
export interface Restatement {
  readonly source: string;
  readonly at: number;
  readonly except: readonly Subject[];
  readonly state?: AccessState;
  readonly validUntil?: number;
  /** How long the source is believed without a further word, by the policy under which it came; 0 or absent: for ever. */
  readonly staleAfterMs?: number;
}

/** Sources that restate; one more, and the one that did so longest ago is forgotten. */
const MAX_SOURCES = 8;

/** The book after a restatement. It is kept, so that an older word that comes late meets it, too. */
export function restate(book: EvidenceBook, restatement: Restatement): EvidenceBook {
  const others = (book.restatements ?? []).filter(({ source }) => source !== restatement.source);
  const kept = [...others, restatement].toSorted((one, other) => one.at - other.at).slice(-MAX_SOURCES);
  return { ...book, restatements: kept, entries: book.entries.map((entry) => restatedBy(entry, restatement)) };
}

/** Whether the same source has restated its words since. */
export function isRestated({ restatements = [] }: EvidenceBook, { source, at }: Restatement): boolean {
  return restatements.some((known) => known.source === source && known.at > at);
}

/** A word as its source has restated it since. */
export function asRestated(entry: Evidence, { restatements = [] }: EvidenceBook): Evidence {
  return restatements.reduce(restatedBy, entry);
}

function restatedBy(entry: Evidence, restatement: Restatement): Evidence {
  const { source, at, except, state, validUntil } = restatement;
  if (entry.source !== source || entry.observedAt > at || except.includes(entry.subject)) return entry;
  if (state !== undefined) return { ...replaced(entry, state), observedAt: at, ...silence(restatement) };
  if (validUntil !== undefined) return { ...entry, validUntil: Math.min(validUntil, entry.validUntil ?? Infinity) };
  return endOf(entry) <= at ? entry : { ...entry, confirmedAt: Math.max(at, entry.confirmedAt ?? 0), ...(entry.staleAt !== undefined && silence(restatement)) };
}

function replaced({ subject, access, source, confidence, observedAt }: Evidence, state: AccessState): Evidence {
  return { subject, access, source, confidence, state, observedAt };
}

function silence({ at, staleAfterMs = 0 }: Restatement): Pick<Evidence, 'staleAt'> {
  return staleAfterMs > 0 ? { staleAt: at + staleAfterMs } : {};
}
