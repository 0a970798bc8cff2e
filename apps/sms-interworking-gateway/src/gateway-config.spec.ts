import { gatewayConfig } from './gateway-config.js';

it.each([
  ['https://m.example', 'https://m.example'], ['https://m.example:8443/', 'https://m.example:8443'], ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'], ['http://localhost', 'http://localhost'],
])('takes %s for the public address %s', (given, url) => expect(gatewayConfig.parse({ PUBLIC_URL: given }).PUBLIC_URL).toBe(url));

it.each(['http://m.example', 'https://', 'https://m.example/path', 'https://user@m.example', 'm.example', `https://${'a'.repeat(57)}`])('refuses %s', (url) => {
  expect(gatewayConfig.safeParse({ PUBLIC_URL: url }).success).toBe(false);
});

it('refuses a secret that could be guessed', () => expect(gatewayConfig.safeParse({ UCN_LINK_SECRET: 'short' }).success).toBe(false));
