import { createHash } from 'node:crypto';
import { mediaType } from '@cpm/vocabulary';
import { PAGE_WORDS, type PageLanguage } from './page-words.js';

/** An answer that a person reads. */
export interface Page {
  readonly status: 200 | 404 | 410 | 429 | 503;
  readonly language: PageLanguage;
  readonly html: string;
}

/** What the page shows after the confirmation. `url` leads to the content, relative to the page; `text` where it is shown as such. */
export interface ShownMessage {
  readonly from: string;
  readonly date: number;
  readonly contentType: string;
  readonly size: number;
  readonly fileName?: string | undefined;
  readonly url: string;
  readonly text?: string | undefined;
}

const STYLE = [
  ':root{color-scheme:light dark;--ink:#1b1d21;--soft:#5b616b;--back:#f2f3f5;--card:#fff;--line:#dfe2e7;--act:#0b5cd5;--on:#fff}',
  '@media(prefers-color-scheme:dark){:root{--ink:#f1f2f4;--soft:#a7adb8;--back:#111316;--card:#1c1f24;--line:#31353c;--act:#8ab4ff;--on:#0b1a33}}',
  '*{box-sizing:border-box}body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:max(16px,env(safe-area-inset-top)) 16px max(16px,env(safe-area-inset-bottom));',
  'background:var(--back);color:var(--ink);font:17px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}',
  'main{width:100%;max-width:34rem;padding:24px;background:var(--card);border:1px solid var(--line);border-radius:16px}',
  'h1{margin:0 0 14px;font-size:1.4rem;line-height:1.25;font-weight:650}p{margin:0 0 16px}form,p:last-child{margin-bottom:0}.soft{color:var(--soft);font-size:.92rem;overflow-wrap:anywhere}form+.soft,.act+.soft{margin-top:16px}',
  '.act{display:block;width:100%;min-height:52px;padding:13px 20px;border:0;border-radius:12px;background:var(--act);color:var(--on);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}',
  '.act:focus-visible{outline:3px solid var(--ink);outline-offset:3px}img,video{display:block;max-width:100%;max-height:70vh;margin:0 auto 16px;border-radius:10px}audio{display:block;width:100%;margin-bottom:16px}',
  '.text{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}',
].join('');

/** Of a page: nothing but its own style, pictures and sound of this host, and its own form. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  vary: 'accept-language',
};

/** The page before the confirmation: the same for every link. */
export function confirmationPage(language: PageLanguage): Page {
  const { waiting, confirm, once } = PAGE_WORDS[language];
  return page(200, language, `<h1>${waiting}</h1><form method="post"><button class="act">${confirm}</button></form><p class="soft">${once}</p>`);
}

/** For what never was a link and for what is one no more: they look the same. */
export function gonePage(language: PageLanguage, status: 404 | 410): Page {
  const { gone, goneWhy } = PAGE_WORDS[language];
  return page(status, language, `<h1>${gone}</h1><p>${goneWhy}</p>`);
}

export function busyPage(language: PageLanguage, status: 429 | 503): Page {
  const { busy, busyWhy } = PAGE_WORDS[language];
  return page(status, language, `<h1>${busy}</h1><p>${busyWhy}</p>`);
}

export function messagePage(language: PageLanguage, message: ShownMessage): Page {
  const { shown, from } = PAGE_WORDS[language];
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(message.date);
  return page(200, language, `<h1>${shown}</h1><p class="soft">${from} ${escaped(message.from)}<br>${escaped(date)} UTC</p>${contentOf(language, message)}`);
}

function contentOf(language: PageLanguage, { contentType, size, fileName, url, text }: ShownMessage): string {
  const { save, download } = PAGE_WORDS[language];
  if (text !== undefined) return `<p class="text">${escaped(text)}</p>`;
  const kind = mediaType(contentType).split('/', 1)[0];
  const about = escaped([fileName ?? mediaType(contentType), sizeText(language, size)].join(' · '));
  const source = `src="${escaped(url)}"`;
  const media = kind === 'image' ? `<img alt="${about}" ${source}>` : kind === 'video' ? `<video controls preload="metadata" ${source}></video>` : kind === 'audio' ? `<audio controls preload="metadata" ${source}></audio>` : '';
  return `${media}<a class="act" download href="${escaped(url)}">${media === '' ? download : save}</a><p class="soft">${about}</p>`;
}

function sizeText(language: PageLanguage, bytes: number): string {
  const [amount, unit] = bytes < 1_000 ? [bytes, 'byte'] : bytes < 999_500 ? [bytes / 1_000, 'kilobyte'] : [bytes / 1_000_000, 'megabyte'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: unit === 'megabyte' ? 1 : 0 }).format(amount);
}

function page(status: Page['status'], language: PageLanguage, content: string): Page {
  const { title } = PAGE_WORDS[language];
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover"><meta name="robots" content="noindex"><title>${title}</title><style>${STYLE}</style>`;
  return { status, language, html: `<!doctype html><html lang="${language}"><head>${head}</head><body><main>${content}</main></body></html>` };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
