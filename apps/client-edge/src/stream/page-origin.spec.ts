import { mayOpenStream } from './page-origin.js';

const PUBLIC_URL = 'https://cpm.example';

it.each<[string | undefined, string | undefined, string[], boolean]>([
  [undefined, PUBLIC_URL, [], true],
  ['https://cpm.example', PUBLIC_URL, [], true],
  ['http://cpm.example', PUBLIC_URL, [], false],
  ['https://cpm.example.evil.example', PUBLIC_URL, [], false],
  ['https://evil.example', PUBLIC_URL, [], false],
  ['http://edge:8080', PUBLIC_URL, [], false],
  ['null', PUBLIC_URL, [], false],
  ['', PUBLIC_URL, [], false],
  ['https://app.example', PUBLIC_URL, ['https://app.example'], true],
  ['http://edge:8080', undefined, [], true],
  ['http://edge', undefined, [], false],
  ['null', undefined, [], false],
])('a page of %s at %s, where %j may, is let in: %s', (origin, publicUrl, listed, isAllowed) => {
  expect(mayOpenStream({ ...(origin !== undefined && { origin }), host: 'Edge:8080' }, { PUBLIC_URL: publicUrl, CORS_ORIGINS: listed })).toBe(isAllowed);
});
