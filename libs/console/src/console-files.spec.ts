import { CONSOLE_HEADERS, consoleFile } from './console-files.js';

it('serves a page that names only files that are there, and nothing inline', () => {
  const { body } = consoleFile('index.html')!;
  const named = [...body.matchAll(/(?:src|href)="\/console\/([^"]+)"/g)].map(([, name = '']) => name);
  expect(named).toEqual(['console.css', 'main.js']);
  expect(named.map((name) => consoleFile(name)?.contentType)).toEqual(['text/css; charset=utf-8', 'text/javascript; charset=utf-8']);
  expect(body).not.toMatch(/<script>|<style|\son\w+=/);
});

it('serves every module that a module imports', () => {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const [, imported = ''] of consoleFile(name)!.body.matchAll(/from '\.\/([^']+)'/g)) visit(imported);
  };
  visit('main.js');
  expect(seen.size).toBeGreaterThan(5);
});

it.each(['../index.js', 'console-files.js', '', '__proto__', 'constructor', 'dom.d.ts', 'dom.js.map', '..%2findex.html', '%2e%2e/index.html', './index.html', '/etc/passwd', 'index.html\0', 'index.html/', '\uff0e\uff0e/index.html', 'INDEX.HTML'])('has no file %p', (name) => {
  expect(consoleFile(name)).toBeUndefined();
});

it('lets the page load from its own origin only', () => {
  expect(CONSOLE_HEADERS['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
});
