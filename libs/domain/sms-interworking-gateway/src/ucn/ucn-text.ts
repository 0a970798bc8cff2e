import { DEFAULT_UCN_SUMMARY_TEXT, DEFAULT_UCN_TEXT, mediaType, msisdnOf, timestamp, type CpmAddress, type Instant, type Policy } from '@cpm/vocabulary';
import { ucnRef, ucnSummaryRef } from '@cpm/message-tags';
import { fillUcnTemplate } from '@cpm/sms-text';

/** What a notification may tell of a message: never its content, never a file's name. `size` in bytes. */
export interface UcnSubject {
  readonly messageId: string;
  readonly recipient: CpmAddress;
  readonly sender: CpmAddress;
  readonly contentType: string;
  readonly size: number;
  readonly expiresAt: Instant;
  /** Of the recipient, as he or his operator set it. */
  readonly language?: string;
}

type Kind = 'image' | 'video' | 'audio' | 'contact' | 'location' | 'text' | 'file';

const KINDS: readonly (readonly [prefix: string, kind: Kind])[] = [
  ['image/', 'image'], ['video/', 'video'], ['audio/', 'audio'], ['text/vcard', 'contact'], ['text/x-vcard', 'contact'],
  ['application/vnd.gsma.rcspushlocation', 'location'], ['text/', 'text'],
];

/** In the case that the built-in sentences need. */
const WORDS: Readonly<Record<'en' | 'de' | 'fr', Readonly<Record<Kind, string>>>> = {
  en: { image: 'an image', video: 'a video', audio: 'an audio message', contact: 'a contact', location: 'a location', text: 'a long text', file: 'a file' },
  de: { image: 'ein Bild', video: 'ein Video', audio: 'eine Sprachnachricht', contact: 'einen Kontakt', location: 'einen Standort', text: 'einen langen Text', file: 'eine Datei' },
  fr: { image: 'image', video: 'video', audio: 'message vocal', contact: 'contact', location: 'position', text: 'texte long', file: 'fichier' },
};

/** After a number of at least two; without any other of one kind. */
const PLURALS: Readonly<Record<keyof typeof WORDS, Readonly<Record<Kind | 'message', string>>>> = {
  en: { image: 'images', video: 'videos', audio: 'audio messages', contact: 'contacts', location: 'locations', text: 'long texts', file: 'files', message: 'messages' },
  de: { image: 'Bilder', video: 'Videos', audio: 'Sprachnachrichten', contact: 'Kontakte', location: 'Standorte', text: 'lange Texte', file: 'Dateien', message: 'Nachrichten' },
  fr: { image: 'images', video: 'videos', audio: 'messages vocaux', contact: 'contacts', location: 'positions', text: 'textes longs', file: 'fichiers', message: 'messages' },
};
const FILES: readonly Kind[] = ['image', 'video', 'audio', 'file'];

const SEVERAL_SENDERS: Readonly<Record<keyof typeof WORDS, string>> = { en: 'several people', de: 'mehreren Personen', fr: 'plusieurs personnes' };

const MAX_SENDER = 20;
/** A dot or slash would let a handset make a link of what an owner chose for himself, a tilde takes the room of two characters. */
const NOT_IN_A_NAME = /[^a-z0-9@+_'*()!-]+/g;

/** What a summary may tell of the messages it stands for, in the order in which they came. */
export interface UcnSummarySubject {
  readonly summaryId: string;
  readonly recipient: CpmAddress;
  readonly covered: readonly (Pick<UcnSubject, 'sender' | 'contentType' | 'size' | 'expiresAt'> & { readonly language?: string | undefined })[];
}

/** CPM-MLD-031: the operator's text in the recipient's language, else in English, else the built-in one; `url` empty: without a link. */
export function ucnText(subject: UcnSubject, policy: Pick<Policy, 'ucn.text'>, url = ''): string {
  const { words, template } = templateFor(subject.language, policy['ucn.text'], DEFAULT_UCN_TEXT.en);
  return fillUcnTemplate(template, {
    sender: senderOf(subject.sender),
    type: WORDS[words][kindOf(subject.contentType)],
    count: '1',
    size: sizeText(subject.size),
    url,
    expiry: expiryText(subject.expiresAt),
    ref: ucnRef(subject.messageId, subject.recipient),
  });
}

/** CPM-MLD-031: the operator's text for several contents, in the language wanted last; `{expiry}` is that of the first to expire, `{size}` of all, `{url}` empty. */
export function summaryText({ summaryId, recipient, covered }: UcnSummarySubject, policy: Pick<Policy, 'ucn.summaryText'>): string {
  const { words, template } = templateFor(covered.at(-1)?.language, policy['ucn.summaryText'], DEFAULT_UCN_SUMMARY_TEXT.en);
  const senders = [...new Set(covered.map(({ sender }) => sender))];
  const [sender] = senders;
  return fillUcnTemplate(template, {
    sender: sender !== undefined && senders.length === 1 ? senderOf(sender) : SEVERAL_SENDERS[words],
    type: PLURALS[words][kindOfAll(covered.map(({ contentType }) => kindOf(contentType)))],
    count: String(covered.length),
    size: sizeText(covered.reduce((sum, { size }) => sum + size, 0)),
    url: '',
    expiry: expiryText(Math.min(...covered.map(({ expiresAt }) => expiresAt))),
    ref: ucnSummaryRef(summaryId, recipient),
  });
}

/** The text that is filled for a recipient of this language. */
export function ucnTemplate(language: string | undefined, policy: Pick<Policy, 'ucn.text'>): string {
  return templateFor(language, policy['ucn.text'], DEFAULT_UCN_TEXT.en).template;
}

export function summaryTemplate(language: string | undefined, policy: Pick<Policy, 'ucn.summaryText'>): string {
  return templateFor(language, policy['ucn.summaryText'], DEFAULT_UCN_SUMMARY_TEXT.en).template;
}

/** The narrowest word that fits all. */
function kindOfAll(kinds: readonly Kind[]): Kind | 'message' {
  const [first] = kinds;
  if (first !== undefined && kinds.every((kind) => kind === first)) return first;
  return kinds.every((kind) => FILES.includes(kind)) ? 'file' : 'message';
}

function expiryText(at: Instant): string {
  return `${timestamp(at).slice(0, 16).replace('T', ' ')} UTC`;
}

/** `pt-BR` falls back to `pt`, then to English; `words`: the language of what stands for its placeholders. */
function templateFor(wanted: string | undefined, texts: Policy['ucn.text'], builtIn: string): { readonly words: keyof typeof WORDS; readonly template: string } {
  const primary = wanted?.split('-', 1)[0];
  for (const tag of [wanted, primary, 'en']) {
    const template = tag !== undefined && Object.hasOwn(texts, tag) ? texts[tag] : undefined;
    if (tag !== undefined && template !== undefined) return { words: wordsIn(tag.split('-', 1)[0] ?? tag), template };
  }
  return { words: 'en', template: builtIn };
}

function wordsIn(language: string): keyof typeof WORDS {
  return Object.hasOwn(WORDS, language) ? (language as keyof typeof WORDS) : 'en';
}

/** The verified address, not a display name that its owner could write anything into. */
function senderOf(sender: CpmAddress): string {
  const msisdn = msisdnOf(sender);
  return msisdn === undefined ? sender.slice('sip:'.length).replace(NOT_IN_A_NAME, ' ').trim().slice(0, MAX_SENDER) : `+${msisdn}`;
}

function kindOf(contentType: string): Kind {
  const type = mediaType(contentType);
  return KINDS.find(([prefix]) => type.startsWith(prefix))?.[1] ?? 'file';
}

/** At most 8 characters: `999.9 MB`. */
function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const [amount, unit] = bytes < 999_500 ? [bytes / 1_000, 'kB'] : bytes < 999_950_000 ? [bytes / 1_000_000, 'MB'] : [bytes / 1_000_000_000, 'GB'];
  return `${amount < 10 || unit !== 'kB' ? amount.toFixed(1) : amount.toFixed(0)} ${unit}`;
}
