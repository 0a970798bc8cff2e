import type { AccessState } from '@cpm/vocabulary';
import type { RegisteredDevice } from '@cpm/contracts-device-registry';
import type { Leg } from '../delivery/leg.js';
import type { DeviceAccess } from '../profile/profile.js';

/** IP as this leg must see it: an unregistered device has none, and a push that stayed unanswered casts doubt on it. */
export function effectiveIp(device: RegisteredDevice, access: DeviceAccess, { doubted }: Pick<Leg, 'doubted'>): AccessState {
  if (!device.registered) return 'UNAVAILABLE';
  return access.ip === 'AVAILABLE' && doubted === access.revision ? 'SUSPECT' : access.ip;
}
