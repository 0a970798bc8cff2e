/** What the pages of a link say. Nothing in it depends on a message. */
interface PageWords {
  readonly title: string;
  readonly waiting: string;
  readonly confirm: string;
  readonly once: string;
  readonly shown: string;
  readonly from: string;
  readonly save: string;
  readonly download: string;
  readonly gone: string;
  readonly goneWhy: string;
  readonly busy: string;
  readonly busyWhy: string;
}

export type PageLanguage = 'en' | 'de' | 'fr';

export const PAGE_WORDS: Readonly<Record<PageLanguage, PageWords>> = {
  en: {
    title: 'Message', waiting: 'A message is waiting for you', confirm: 'Show the message',
    once: 'The link works a few times only. Do not pass it on: whoever has it can see the message.',
    shown: 'Your message', from: 'From', save: 'Save', download: 'Download',
    gone: 'This link shows nothing', goneWhy: 'It does not exist, has expired, was used up or was taken back. What is still there for you will arrive when your phone has data.',
    busy: 'Not just now', busyWhy: 'Please try again in a minute.',
  },
  de: {
    title: 'Nachricht', waiting: 'Eine Nachricht wartet auf Sie', confirm: 'Nachricht anzeigen',
    once: 'Der Link gilt nur wenige Male. Geben Sie ihn nicht weiter: Wer ihn hat, kann die Nachricht sehen.',
    shown: 'Ihre Nachricht', from: 'Von', save: 'Sichern', download: 'Herunterladen',
    gone: 'Dieser Link zeigt nichts', goneWhy: 'Es gibt ihn nicht, er ist abgelaufen, aufgebraucht oder wurde zurückgenommen. Was noch für Sie da ist, kommt an, sobald Ihr Telefon Daten hat.',
    busy: 'Gerade nicht möglich', busyWhy: 'Bitte versuchen Sie es in einer Minute noch einmal.',
  },
  fr: {
    title: 'Message', waiting: 'Un message vous attend', confirm: 'Afficher le message',
    once: 'Le lien ne fonctionne que quelques fois. Ne le transmettez pas : qui le possède peut voir le message.',
    shown: 'Votre message', from: 'De', save: 'Enregistrer', download: 'Télécharger',
    gone: 'Ce lien n’affiche rien', goneWhy: 'Il n’existe pas, a expiré, a été épuisé ou retiré. Ce qui vous attend encore arrivera dès que votre téléphone aura des données.',
    busy: 'Pas pour le moment', busyWhy: 'Veuillez réessayer dans une minute.',
  },
};

/** The language of an `Accept-Language` header (RFC 9110, 12.5.4) that there is a page in; else English. */
export function pageLanguage(accepted: string | undefined): PageLanguage {
  const ranges = (accepted ?? '').slice(0, 256).split(',').map((range) => {
    const [tag = '', quality] = range.trim().toLowerCase().split(/\s*;\s*q=/);
    return { language: tag.split('-', 1)[0] ?? '', quality: quality === undefined ? 1 : Number(quality) };
  });
  const known = ranges.filter(({ language, quality }) => Object.hasOwn(PAGE_WORDS, language) && quality > 0).sort((a, b) => b.quality - a.quality);
  return (known[0]?.language as PageLanguage | undefined) ?? 'en';
}
