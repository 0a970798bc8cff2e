import { readdirSync, readFileSync } from 'node:fs';

export interface ConsoleFile {
  readonly contentType: string;
  readonly body: string;
}

/** Everything comes from here and nothing is inline, so that no text of a message or an address can become a script. */
export const CONSOLE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-cache',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

// The same from the sources and from what was built of them.
const STATIC = new URL('../page/', import.meta.url);
const MODULES = new URL('../dist/page/', import.meta.url);

let files: ReadonlyMap<string, ConsoleFile> | undefined;

/** A file of the console by its name, `index.html` first of all; undefined for any other name. */
export function consoleFile(name: string): ConsoleFile | undefined {
  files ??= readFiles();
  return files.get(name);
}

function readFiles(): ReadonlyMap<string, ConsoleFile> {
  const scripts = readdirSync(MODULES).filter((name) => name.endsWith('.js') && !name.endsWith('.spec.js'));
  return new Map<string, ConsoleFile>([
    ['index.html', { contentType: HTML, body: readFileSync(new URL('index.html', STATIC), 'utf8') }],
    ['console.css', { contentType: CSS, body: readFileSync(new URL('console.css', STATIC), 'utf8') }],
    ...scripts.map((name) => [name, { contentType: SCRIPT, body: readFileSync(new URL(name, MODULES), 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n') }] as const),
  ]);
}
