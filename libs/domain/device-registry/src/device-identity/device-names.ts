import type { RegisteredDevice } from '@cpm/contracts-device-registry';

/** The name of a provisioned Primary that nobody has named. */
export const DEFAULT_PRIMARY_NAME = 'Phone';

const MAX_CHARACTERS = 64;

/** CPM-MLD-015: whether a user already has a device of that name; case and Unicode composition do not make a difference. */
export function isNameTaken(devices: readonly Pick<RegisteredDevice, 'name'>[], name: string): boolean {
  return devices.some((device) => comparable(device.name) === comparable(name));
}

/** The wished name, or the first of `name 2`, `name 3`, … that no device has. At most 64 characters. */
export function freeName(devices: readonly Pick<RegisteredDevice, 'name'>[], wished: string): string {
  if (!isNameTaken(devices, wished)) return wished;
  for (let number = 2; number <= devices.length + 1; number += 1) {
    const suffix = ` ${number}`;
    const candidate = [...wished].slice(0, MAX_CHARACTERS - suffix.length).join('') + suffix;
    if (!isNameTaken(devices, candidate)) return candidate;
  }
  throw new Error('one of n + 1 names must be free among n devices');
}

function comparable(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
