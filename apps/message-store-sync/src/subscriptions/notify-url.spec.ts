import { mayConnect, notifyConfig, notifyUrlFault } from './notify-url.js';

const allowing = (list?: string) => notifyConfig.parse({ NMS_NOTIFY_ALLOW: list }).NMS_NOTIFY_ALLOW;
const nothing = allowing();
const here = allowing('127.0.0.1/8, ::1, localhost, hooks.internal');

it.each(['https://example.org/a?b=c', 'https://93.184.216.34/x', 'https://[2606:2800:220:1:248:1893:25c8:1946]/x', 'https://example.org:8443/'])(
  'takes %s', (url) => expect(notifyUrlFault(url, nothing)).toBeUndefined(),
);

it.each([
  ['x', 'absolute'], ['/relative', 'absolute'], ['http://example.org/', 'https'], ['ftp://example.org/', 'https'], ['file:///etc/passwd', 'https'], ['https://u:p@example.org/', 'credentials'],
  ['https://u@example.org/', 'credentials'], [`https://example.org/${'x'.repeat(2_048)}`, '2048'],
  ...[
    '127.0.0.1', '127.1', '0x7f.1', '2130706433', '0177.0.0.1', '0x7f000001', '017700000001', '127.0.0.1.', '127。0。0。1', '①②⑦.0.0.1', '%31%32%37.0.0.1', '0xa9fea9fe', '0251.0376.0251.0376', '[0:0:0:0:0:ffff:a9fe:a9fe]', '[::ffff:a9fe:a9fe]', '0.0.0.0', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '192.0.2.1', '224.0.0.1', '255.255.255.255', '[::1]', '[::]', '[fe80::1]',
    '[fc00::1]', '[fd12::1]', '[ff02::1]', '[::ffff:127.0.0.1]', '[::ffff:10.0.0.1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::a00:1]', '[2002:7f00:1::]', '[2001:0:1::1]', '[fec0::1]', '[100::1]',
  ].map((host): [string, string] => [`https://${host}/`, 'private network']),
])('refuses %s: %s', (url, reason) => expect(notifyUrlFault(url, nothing)).toContain(reason));

it.each(['https://example.org#@127.0.0.1/', 'https://example.org\\@127.0.0.1/', 'https://127.0.0.1#.example.org/', 'https://127.0.0.1?.example.org/', 'https:127.0.0.1', 'https:\\\\127.0.0.1\\', ' https://10.0.0.1/', 'https://10.0.0.1\t/', 'HTTPS://[::1]:443/', 'javascript:alert(1)', 'gopher://example.org/', 'data:text/plain,x', '//127.0.0.1/', 'https://'])(
  'lets nobody write %s so that it leads elsewhere than it is checked for', (url) => {
    const leads = URL.canParse(url) ? new URL(url).hostname : '';
    expect(notifyUrlFault(url, nothing) === undefined ? leads : 'refused').toMatch(/^(refused|example\.org)$/);
  },
);

it('takes what the operator allows, also by plain http, and nothing else', () => {
  for (const url of ['http://127.0.0.1:8080/x', 'https://127.9.9.9/', 'http://[::1]/', 'http://localhost:1/', 'http://[::ffff:127.0.0.1]/', 'http://hooks.internal/']) expect(notifyUrlFault(url, here)).toBeUndefined();
  for (const url of ['http://10.0.0.1/', 'https://10.0.0.1/', 'http://example.org/', 'http://x.localhost/']) expect(notifyUrlFault(url, here)).toBeDefined();
});

it.each([
  ['example.org', '93.184.216.34', true], ['example.org', '127.0.0.1', false], ['example.org', '::ffff:192.168.0.1', false], ['example.org', '::1', false], ['example.org', '2606:2800::1', true],
])('connects to %s at %s: %s', (host, address, may) => expect(mayConnect(host, address, nothing)).toBe(may));

it('connects to a host that is allowed by name wherever it is', () => {
  expect(mayConnect('hooks.internal', '10.9.9.9', here)).toBe(true);
  expect(mayConnect('example.org', '10.9.9.9', here)).toBe(false);
  expect(mayConnect('example.org', '127.0.0.1', here)).toBe(true);
});
