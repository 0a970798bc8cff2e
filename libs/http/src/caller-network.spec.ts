import { callerNetwork } from './caller-network.js';

it.each<[string | undefined, string | string[] | undefined, number, string]>([
  ['192.0.2.7', undefined, 0, '192.0.2.7'],
  ['192.0.2.7', '198.51.100.1', 0, '192.0.2.7'],
  ['127.0.0.1', '198.51.100.1', 1, '198.51.100.1'],
  ['127.0.0.1', '203.0.113.9, 198.51.100.1', 1, '198.51.100.1'],
  ['127.0.0.1', ['203.0.113.9', '198.51.100.1, 10.0.0.1'], 2, '198.51.100.1'],
  ['127.0.0.1', undefined, 1, '127.0.0.1'],
  ['127.0.0.1', '198.51.100.1:40000', 1, '198.51.100.1'],
  ['127.0.0.1', '[2001:db8::1]:40000', 1, '2001:db8:0:0::/64'],
  ['::ffff:192.0.2.7', undefined, 0, '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', undefined, 0, '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::9', undefined, 0, '2001:db8:1:2::/64'],
  ['2001:db8::1', undefined, 0, '2001:db8:0:0::/64'],
  [undefined, undefined, 0, ''],
])('%s, forwarded for %j, behind %i proxies counts for %s', (remote, forwarded, hops, network) => expect(callerNetwork(remote, forwarded, hops)).toBe(network));
