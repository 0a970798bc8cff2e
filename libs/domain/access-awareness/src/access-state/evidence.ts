import type { AccessKind, AccessState, Confidence, DeviceId, Policy } from '@cpm/vocabulary';
import type { Restatement } from './restatement.js';

/** The subscription itself: networks speak of the MSISDN, and what they say stays with the SIM when the Primary changes. */
export const SIM = 'PRIMARY';
export type Subject = DeviceId | typeof SIM;

/** The last word of one source about one access. Instants in epoch ms. */
export interface Evidence {
  readonly subject: Subject;
  readonly access: AccessKind;
  readonly source: string;
  readonly state: AccessState;
  readonly confidence: Confidence;
  readonly observedAt: number;
  /** Until when it speaks, as its source says. */
  readonly validUntil?: number;
  /** When the source last stood by it, where that is later than `observedAt`. */
  readonly confirmedAt?: number;
  /** When it is believed no more because its source has been silent, by the policy under which it came. */
  readonly staleAt?: number;
  /** A hint that counts as much as a registration, by the policy under which it came. */
  readonly trusted?: true;
  readonly cause?: string;
}

/** What is known: the last word per subject, access and source, the last restatement per source, and how far back what was forgotten reaches. */
export interface EvidenceBook {
  readonly entries: readonly Evidence[];
  readonly restatements?: readonly Restatement[];
  readonly forgotten: readonly { readonly subject: Subject; readonly access: AccessKind; readonly until: number }[];
}

export const NO_EVIDENCE: EvidenceBook = { entries: [], forgotten: [] };

/** Sources kept per subject and access. */
const MAX_SOURCES = 16;
/** How long a word is believed at most because its source says so: the longest registration that is taken. */
const MAX_VALIDITY_MS = 7 * 86_400_000;
/** Devices that spoke before the registry did. */
const MAX_UNKNOWN_DEVICES = 8;

export function isConnection({ source }: Evidence): boolean {
  return source.startsWith('connection/');
}

/** When it speaks no longer, epoch ms; Infinity: its source must say so. */
export function endOf({ validUntil = Infinity, staleAt = Infinity }: Evidence): number {
  return Math.min(validUntil, staleAt);
}

export function hasExpired(evidence: Evidence, now: number): boolean {
  return endOf(evidence) <= now;
}

/**
 * CPM-MLD-035: what the policy makes of a word when it comes; a later policy is for later words. A source that says how long its word
 * holds is believed so long, and of a connection the edge that holds it knows the end.
 */
export function underPolicy(evidence: Evidence, policy: Policy): Evidence {
  const { access, confidence, state, observedAt, validUntil } = evidence;
  const staleAfterMs = policy['access.staleAfterSec'] * 1000;
  const isSubjectToSilence = staleAfterMs > 0 && validUntil === undefined && !isConnection(evidence);
  const isTrusted = policy['ip.trustRadioHints'] && access === 'IP' && confidence === 'HINT' && state === 'AVAILABLE';
  const latest = observedAt + MAX_VALIDITY_MS;
  return { ...evidence, ...(validUntil !== undefined && { validUntil: Math.min(validUntil, latest) }), ...(isSubjectToSilence && { staleAt: observedAt + staleAfterMs }), ...(isTrusted && { trusted: true }) };
}

/** Whether the same source has spoken since, or was forgotten since. */
export function isOlder(book: EvidenceBook, evidence: Evidence): boolean {
  const known = book.entries.find((entry) => hasSameKey(entry, evidence));
  if (known) return evidence.observedAt < known.observedAt;
  return book.forgotten.some((past) => isAbout(past, evidence) && evidence.observedAt <= past.until);
}

/** The book with one more word. Above the cap closed and expired connections are forgotten first, then the oldest word. */
export function record(book: EvidenceBook, evidence: Evidence, now: number): EvidenceBook {
  const entries = [...book.entries.filter((entry) => !hasSameKey(entry, evidence)), evidence];
  const about = entries.filter((entry) => isAbout(entry, evidence));
  if (about.length <= MAX_SOURCES) return { ...book, entries };
  const ended = about.filter((entry) => isConnection(entry) && (entry.state !== 'AVAILABLE' || hasExpired(entry, now)));
  return forget({ ...book, entries }, oldest(ended.length > 0 ? ended : about));
}

/** What was said of the Primary's CS by its device id is about the SIM. */
export function attributeToSim(book: EvidenceBook, primary: DeviceId, now: number): EvidenceBook {
  const isMoving = (entry: Evidence) => entry.subject === primary && entry.access === 'CS';
  const moving = book.entries.filter(isMoving);
  if (moving.length === 0) return book;
  const rest: EvidenceBook = { ...book, entries: book.entries.filter((entry) => !isMoving(entry)) };
  return moving
    .map((entry): Evidence => ({ ...entry, subject: SIM }))
    .reduce((kept, entry) => (isOlder(kept, entry) ? kept : record(kept, entry, now)), rest);
}

/** Keeps what is said of unknown devices bounded: the devices that spoke last stay. */
export function boundUnknown(book: EvidenceBook, isKnown: (subject: Subject) => boolean): EvidenceBook {
  const lastWord = new Map<Subject, number>();
  for (const { subject, observedAt } of book.entries) {
    if (!isKnown(subject)) lastWord.set(subject, Math.max(observedAt, lastWord.get(subject) ?? 0));
  }
  const dropped = new Set([...lastWord].sort(([, one], [, other]) => other - one).slice(MAX_UNKNOWN_DEVICES).map(([subject]) => subject));
  if (dropped.size === 0) return book;
  return {
    ...book,
    entries: book.entries.filter(({ subject }) => !dropped.has(subject)),
    forgotten: book.forgotten.filter(({ subject }) => !dropped.has(subject)),
  };
}

function forget(book: EvidenceBook, { subject, access, source, observedAt }: Evidence): EvidenceBook {
  const before = book.forgotten.find((past) => isAbout(past, { subject, access }))?.until ?? 0;
  return {
    ...book,
    entries: book.entries.filter((entry) => !hasSameKey(entry, { subject, access, source })),
    forgotten: [
      ...book.forgotten.filter((past) => !isAbout(past, { subject, access })),
      { subject, access, until: Math.max(before, observedAt) },
    ],
  };
}

function oldest(entries: readonly Evidence[]): Evidence {
  return entries.reduce((one, other) => (other.observedAt < one.observedAt ? other : one));
}

type About = Pick<Evidence, 'subject' | 'access'>;

function isAbout(one: About, other: About): boolean {
  return one.subject === other.subject && one.access === other.access;
}

function hasSameKey(one: About & Pick<Evidence, 'source'>, other: About & Pick<Evidence, 'source'>): boolean {
  return isAbout(one, other) && one.source === other.source;
}
