import type { AccessObserved } from '@cpm/contracts-access-awareness';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';

/** A contact of a device; `expires` in seconds from now, absent where the registrar did not tell; `event` is why (RFC 3680). */
export interface RegisteredContact {
  readonly deviceId: DeviceId;
  readonly state: 'active' | 'terminated';
  readonly expires?: number | undefined;
  readonly event?: string | undefined;
}

/** A device with several contacts is registered as long as one of them is. `received` in epoch ms is when the report arrived. */
export function imsRegistrationEvidence(
  { address, contacts }: { readonly address: CpmAddress; readonly contacts: readonly RegisteredContact[] }, received: number,
): readonly AccessObserved[] {
  const last = new Map<DeviceId, RegisteredContact>();
  for (const contact of contacts) {
    const known = last.get(contact.deviceId);
    if (!known || secondsLeft(contact) > secondsLeft(known)) last.set(contact.deviceId, contact);
  }
  return [...last.values()].map((contact): AccessObserved => {
    const seconds = secondsLeft(contact);
    return {
      user: address, device: contact.deviceId, access: 'IP', confidence: 'DELIVERABLE', source: 'reginfo', observedAt: received,
      state: seconds > 0 ? 'AVAILABLE' : 'UNAVAILABLE',
      ...(seconds > 0 && Number.isFinite(seconds) && { validUntil: received + seconds * 1000 }),
      ...(contact.event !== undefined && { cause: contact.event }),
    };
  });
}

function secondsLeft({ state, expires = Infinity }: RegisteredContact): number {
  return state === 'active' ? expires : 0;
}
