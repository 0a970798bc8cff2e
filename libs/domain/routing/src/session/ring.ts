import type { RegisteredDevice } from '@cpm/contracts-device-registry';
import { preferenceFor } from '../fan-out/device-preference.js';
import { effectiveIp } from '../primary-leg/effective-ip.js';
import { accessOf } from '../profile/profile.js';
import { isUndecided } from './participation.js';
import type { Round } from './round.js';

/** CPM-MLD-006: an invitation reaches the devices that can, may and shall take part; one without IP rings as soon as it has it, while the invitation lasts. */
export function ringAll(round: Round): void {
  for (const device of round.profile.devices) {
    const leg = round.legOf(device.id);
    if (leg && leg.state !== 'WAITING') continue;
    const exclusion = exclusionOf(round, device);
    if (exclusion) round.move(device.id, 'SKIPPED', { reason: exclusion });
    else if (effectiveIp(device, accessOf(round.profile, device.id), { doubted: null }) !== 'AVAILABLE') round.move(device.id, 'WAITING', { reason: 'no-ip' });
    else if (device.autoAnswer.session) round.join(device.id, { reason: 'auto-answer' });
    else ring(round, device);
  }
  const known = new Set<string>(round.profile.devices.map(({ id }) => id));
  for (const leg of round.state.legs) {
    if (!known.has(leg.device) && isUndecided(leg)) round.move(leg.device, 'PASSED', { reason: 'device-removed' });
  }
}

function ring(round: Round, { id }: RegisteredDevice): void {
  round.move(id, 'RINGING', { reason: 'ip-available' });
  round.record({ type: 'DeviceTold', device: id, what: 'invited' });
}

/** Why a device is never asked; undefined when it may be. */
function exclusionOf({ profile, policy, now }: Round, { id, role, capabilities }: RegisteredDevice): string | undefined {
  if (!capabilities.services.includes('session')) return 'capability';
  if (preferenceFor(profile.preferences, { device: id, service: 'session', now })?.mode === 'skip') return 'preference';
  const targets = policy['fork.targets'];
  return targets === 'all' || (targets === 'primary') === (role === 'primary') ? undefined : 'policy-target';
}
