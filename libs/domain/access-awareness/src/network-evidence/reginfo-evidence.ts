import type { AccessRestated, Reginfo, ReginfoRegistration } from '@cpm/contracts-access-awareness';
import { deviceId, normaliseAddress, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import { imsRegistrationEvidence, type RegisteredContact } from './ims-registration-evidence.js';
import { allEvidence, type IgnoredReport, type NetworkEvidence } from './network-evidence.js';

/** One subscriber's registrations: his tel and sip identities are one address. */
interface Registrations {
  readonly contacts: readonly RegisteredContact[];
  /** No other contact of his is registered. */
  readonly isAll: boolean;
}

/**
 * RFC 3680 registrations. Contacts are known by their `+sip.instance`; those that have none cannot be told to a device.
 * A full document, and a registration that has ended, also end what was reported of devices they do not name. They say nothing
 * of CS: short messages of a `+g.3gpp.smsip` contact take IP, too (TS 24.341).
 */
export function reginfoEvidence({ version, state, registration = [] }: Reginfo, received: number): NetworkEvidence {
  const ignored: IgnoredReport[] = [];
  const users = new Map<CpmAddress, Registrations>();
  for (const each of registration) {
    const user = normaliseAddress(each.aor);
    if (!user) {
      ignored.push({ kind: 'registration', reason: 'no-subscriber' });
      continue;
    }
    const contacts = contactsOf(each);
    const unknown = (each.contact ?? []).length - contacts.length;
    for (let count = 0; count < unknown; count += 1) ignored.push({ kind: 'contact', reason: 'no-device' });
    const before = users.get(user);
    const isAll = state === 'full' || (each.state === 'terminated' && (before?.isAll ?? true));
    users.set(user, { contacts: [...(before?.contacts ?? []), ...contacts], isAll });
  }
  const number = version === undefined ? {} : { documentVersion: version };
  const parts = [...users].map(([address, { contacts, isAll }]): NetworkEvidence => ({
    observed: imsRegistrationEvidence({ address, contacts }, received).map((each) => ({ ...each, ...number })),
    restated: isAll ? [{ ...othersEnded(address, contacts, received), ...number }] : [],
    ignored: [],
  }));
  return allEvidence([...parts, { observed: [], restated: [], ignored }]);
}

function othersEnded(user: CpmAddress, contacts: readonly RegisteredContact[], at: number): AccessRestated {
  return { user, source: 'reginfo', at, except: [...new Set(contacts.map((contact) => contact.deviceId))], state: 'UNAVAILABLE' };
}

function contactsOf({ state: registered, contact = [] }: ReginfoRegistration): readonly RegisteredContact[] {
  return contact.flatMap(({ state, event, expires, 'unknown-param': parameters = [] }) => {
    const device = deviceOf(parameters.find(({ name }) => name.toLowerCase() === '+sip.instance')?.text ?? '');
    if (!device) return [];
    const isActive = state === 'active' && registered !== 'terminated';
    return [{ deviceId: device, state: isActive ? 'active' : 'terminated', ...(expires !== undefined && { expires }), ...(event !== undefined && { event }) }];
  });
}

/** `"<urn:gsma:imei:90420156-025763-0;svn=42>"` -> the device id: quotes, brackets and parameters (RFC 7254) fall away. */
function deviceOf(instance: string): DeviceId | undefined {
  const urn = instance.trim().replace(/^"?<?/, '').replace(/>?"?$/, '').split(';', 1)[0];
  return deviceId.safeParse(urn).data;
}
