import { normaliseAddress, type CpmAddress } from '@cpm/vocabulary';

const PREFIXES: readonly (readonly [prefix: string, scheme: string])[] = [['msisdn-', 'tel:+'], ['extid-', 'sip:'], ['impu-', '']];

/**
 * The subscriber a network means: a Gpsi (TS 29.571) `msisdn-<digits>` or `extid-<local>@<domain>`, an ImsUeId (TS 29.562)
 * `impu-<tel or sip URI>`, or a CPM Address itself. An external identifier (TS 23.003 19.7.2) names the subscriber whose SIP
 * address has the same user and domain. Undefined for what names a SIM (`imsi-`), a private identity (`impi-`) or a group.
 */
export function subscriberOf(identity: string): CpmAddress | undefined {
  const known = PREFIXES.find(([prefix]) => identity.startsWith(prefix));
  return normaliseAddress(known ? known[1] + identity.slice(known[0].length) : identity);
}
