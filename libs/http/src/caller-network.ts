import { isIPv6 } from 'node:net';

/** Who a request counts for: the IPv4 address, or the IPv6 network of 64 bits, that it came from before `hops` proxies. */
export function callerNetwork(remote: string | undefined, forwardedFor: string | readonly string[] | undefined, hops: number): string {
  const named = [forwardedFor ?? []].flat().join(',').split(',').map((address) => address.trim()).filter((address) => address !== '');
  // What is further to the left was said by the caller himself.
  const address = withoutPort((hops === 0 ? remote : named.at(-hops)) ?? remote ?? '');
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return v4 ?? (isIPv6(address) ? networkOf(address) : address);
}

/** Some proxies name the port, too. */
function withoutPort(address: string): string {
  return /^\[([^\]]+)\]/.exec(address)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
}

function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return `${[...groups, ...zeros, ...after].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
