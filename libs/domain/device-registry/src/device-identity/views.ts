import type { RegisteredDevice } from '@cpm/contracts-device-registry';
import type { AutoAnswer, Capabilities, CpmAddress, DeviceId, DeviceRole, Preferences } from '@cpm/vocabulary';
import type { DeviceAccess, Subscriber } from './subscriber.js';

/** A device as its user sees it. `registered` is false for a Primary that never registered in CPM. */
export interface DeviceView {
  readonly id: DeviceId;
  readonly name: string;
  readonly role: DeviceRole;
  readonly registered: boolean;
  readonly capabilities: Capabilities;
  readonly autoAnswer: AutoAnswer;
  readonly access: DeviceAccess;
}

/** A subscriber as an operator sees him. */
export interface SubscriberView {
  readonly address: CpmAddress;
  readonly primaryDevice: { readonly id: DeviceId; readonly name: string };
  readonly language?: string;
  readonly devices: readonly DeviceView[];
}

const NOTHING_KNOWN: DeviceAccess = { ip: 'UNKNOWN', cs: 'UNKNOWN' };

export function isProvisioned(state: Subscriber): boolean {
  return state.provisioning !== undefined;
}

export function deviceView({ id, name, role, registered, capabilities, autoAnswer }: RegisteredDevice, access: DeviceAccess = NOTHING_KNOWN): DeviceView {
  return { id, name, role, registered, capabilities, autoAnswer, access };
}

/** The user's devices, the Primary first. */
export function deviceList(state: Subscriber): readonly DeviceView[] {
  return state.devices.map((device) => deviceView(device, state.access[device.id]));
}

export function preferencesView(state: Subscriber): Preferences {
  return state.preferences;
}

/** Undefined when nobody is provisioned under that address. */
export function subscriberView(address: CpmAddress, state: Subscriber): SubscriberView | undefined {
  const primary = state.devices.find(({ role }) => role === 'primary');
  if (!state.provisioning || !primary) return undefined;
  const { language } = state.provisioning;
  return {
    address,
    primaryDevice: { id: primary.id, name: primary.name },
    ...(language !== undefined && { language }),
    devices: deviceList(state),
  };
}
