import { DEFAULT_UCN_TEXT, mediaType, msisdnOf, timestamp, type CpmAddress, type Instant, type Policy } from '@cpm/vocabulary';
import { ucnRef } from '@cpm/message-tags';
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

const MAX_SENDER = 20;
/** A dot or slash would let a handset make a link of what an owner chose for himself, a tilde takes the room of two characters. */
const NOT_IN_A_NAME = /[^a-z0-9@+_'*()!-]+/g;

/** CPM-MLD-031: the operator's text in the recipient's language, else in English, else the built-in one; `url` empty: without a link. */
export function ucnText(subject: UcnSubject, policy: Pick<Policy, 'ucn.text'>, url = ''): string {
  const { language, template } = templateFor(subject.language, policy['ucn.text']);
  return fillUcnTemplate(template, {
    sender: senderOf(subject.sender),
    type: WORDS[language in WORDS ? (language as keyof typeof WORDS) : 'en'][kindOf(subject.contentType)],
    count: '1',
    size: sizeText(subject.size),
    url,
    expiry: `${timestamp(subject.expiresAt).slice(0, 16).replace('T', ' ')} UTC`,
    ref: ucnRef(subject.messageId, subject.recipient),
  });
}

/** `pt-BR` falls back to `pt`, then to English. */
function templateFor(wanted: string | undefined, texts: Policy['ucn.text']): { readonly language: string; readonly template: string } {
  const primary = wanted?.split('-', 1)[0];
  for (const tag of [wanted, primary, 'en']) {
    const template = tag !== undefined && Object.hasOwn(texts, tag) ? texts[tag] : undefined;
    if (tag !== undefined && template !== undefined) return { language: tag.split('-', 1)[0] ?? tag, template };
  }
  return { language: 'en', template: DEFAULT_UCN_TEXT.en };
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
