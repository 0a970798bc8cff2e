import type { CpmAddress, DeviceId } from '@cpm/vocabulary';

const ALICE = 'tel:+4915110000001' as CpmAddress;
const BOB = 'tel:+4915110000002' as CpmAddress;
const CAROL = 'tel:+4915110000003' as CpmAddress;
export const USERS: readonly CpmAddress[] = [ALICE, BOB, CAROL];

const device = (user: number, index: number) => `urn:uuid:00000000-0000-4000-8000-00000000${user}00${index}` as DeviceId;

export interface CastDevice {
  readonly user: CpmAddress;
  readonly id: DeviceId;
  readonly role: 'primary' | 'secondary';
  /** It has a CPM client. */
  readonly registers: boolean;
}

/** Alice has a phone and a laptop, Bob a phone, a tablet and a PC, Carol only a phone that never registers: she speaks by SMS alone. */
export const DEVICES: readonly CastDevice[] = [
  { user: ALICE, id: device(1, 0), role: 'primary', registers: true }, { user: ALICE, id: device(1, 1), role: 'secondary', registers: true },
  { user: BOB, id: device(2, 0), role: 'primary', registers: true }, { user: BOB, id: device(2, 1), role: 'secondary', registers: true },
  { user: BOB, id: device(2, 2), role: 'secondary', registers: true },
  { user: CAROL, id: device(3, 0), role: 'primary', registers: false },
];

/** Devices that act on their own: the first of the list. */
export const CLIENTS = DEVICES.filter(({ registers }) => registers).length;

export function castDevice(index: number): CastDevice {
  return DEVICES[index] as CastDevice;
}

/** Devices with a client whose users are among these. */
export function clientsOf(users: readonly string[]): CastDevice[] {
  return DEVICES.filter(({ user, registers }) => registers && users.includes(user));
}

/** From the newest on; a number that is too large begins anew. */
export function recent<Item>(items: readonly Item[], position: number): Item | undefined {
  return items.at(-1 - (position % Math.max(items.length, 1)));
}

export function nameOf(id: string): string {
  return id.slice(-4);
}
