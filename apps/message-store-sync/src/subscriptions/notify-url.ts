import { parseConfig } from '@cpm/runtime-host';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Where lists may go although it is no public address, and by plain http. Host names are in lower case. */
export interface AllowedTargets {
  readonly hosts: ReadonlySet<string>;
  readonly networks: readonly Network[];
}

const MAX_URL_CHARACTERS = 2_048;
/** All that is assigned to hosts of the public Internet (RFC 4291). */
const GLOBAL_UNICAST: Network = [ipaddr.IPv6.parse('2000::'), 3];

const allowedTargets = z.string().default('').transform((list): AllowedTargets => {
  const entries = list.split(',').map((entry) => entry.trim().toLowerCase()).filter(Boolean);
  const networks = entries.map(networkOf).filter((network) => network !== undefined);
  return { networks, hosts: new Set(entries.filter((entry) => networkOf(entry) === undefined)) };
});

/** `NMS_NOTIFY_ALLOW`: host names and CIDRs, separated by commas, that subscribers may be told at although they are not public. */
export const notifyConfig = z.object({ NMS_NOTIFY_ALLOW: allowedTargets });

/** @throws ConfigError */
export function targetsAllowedHere(): AllowedTargets {
  return parseConfig(notifyConfig, process.env).NMS_NOTIFY_ALLOW;
}

/** Why lists of changes cannot be sent to a URL, as far as the URL itself tells, for a person to read; undefined when they can. */
export function notifyUrlFault(url: string, allowed: AllowedTargets = targetsAllowedHere()): string | undefined {
  if (url.length > MAX_URL_CHARACTERS) return `must have at most ${MAX_URL_CHARACTERS} characters`;
  if (!URL.canParse(url)) return 'must be an absolute URL';
  const { protocol, username, password, hostname } = new URL(url);
  if (username !== '' || password !== '') return 'must not hold credentials';
  const host = hostOf(hostname);
  const isNamed = allowed.hosts.has(host) || isAllowedAddress(host, allowed);
  if (protocol !== 'https:' && !(protocol === 'http:' && isNamed)) return 'must be an https: URL';
  return isNamed || !ipaddr.isValid(host) || isPublic(host) ? undefined : 'must not name an address of a private network';
}

/** Whether a list may be sent to an address that a host name stands for. */
export function mayConnect(hostname: string, address: string, allowed: AllowedTargets): boolean {
  return allowed.hosts.has(hostname.toLowerCase()) || isAllowedAddress(address, allowed) || isPublic(address);
}

function isAllowedAddress(address: string, { networks }: AllowedTargets): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return networks.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits));
}

/** IPv4 in the guise of IPv6 counts as what it is; what leads to IPv4 networks by translation does not count as public. */
function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(...GLOBAL_UNICAST));
}

function networkOf(entry: string): Network | undefined {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
  if (!ipaddr.isValid(entry)) return undefined;
  const address = ipaddr.process(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** URLs write IPv6 addresses in brackets. */
function hostOf(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '').toLowerCase();
}
