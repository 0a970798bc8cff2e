import type { RegisteredDevice } from '@cpm/contracts-device-registry';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { DEFAULT_POLICY, autoAnswer, capabilities } from '@cpm/vocabulary';
import { erasureDecider } from '../erasure/erasure.js';
import type { SubscriberCommand, SubscriberEvent } from './subscriber.js';

export const MIA = 'tel:+4915110000001' as CpmAddress;
export const PHONE = 'urn:gsma:imei:35684410-123456-7' as DeviceId;
export const TABLET = deviceNumber(1);
export const LAPTOP = deviceNumber(2);
export const NOW = 1_772_442_000_000;
export const CONTEXT = { now: NOW, policy: DEFAULT_POLICY, id: MIA, view: erasureDecider.initial, open: [] };

export function deviceNumber(number: number): DeviceId {
  return `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as DeviceId;
}

export function device(fields: Partial<RegisteredDevice> & Pick<RegisteredDevice, 'id' | 'name'>): RegisteredDevice {
  return { role: 'secondary', registered: true, capabilities: capabilities.parse({}), autoAnswer: autoAnswer.parse({}), ...fields };
}

export const phone = device({ id: PHONE, name: 'Phone', role: 'primary', registered: false });
export const tablet = device({ id: TABLET, name: 'Tablet' });
export const laptop = device({ id: LAPTOP, name: 'Laptop' });

export const provisioned = {
  type: 'SubscriberProvisioned', commandId: 'p', created: true, provisioning: { primaryDevice: { id: PHONE } }, devices: [phone],
} satisfies SubscriberEvent;
export const registered = (of: RegisteredDevice): SubscriberEvent => ({ type: 'DeviceRegistered', commandId: `r-${of.name}`, created: true, device: of });

export function register(id: DeviceId, name: string, maxSecondaries: number = DEFAULT_POLICY['device.maxSecondaries']): SubscriberCommand {
  return { type: 'RegisterDevice', commandId: 'c', device: id, name, capabilities: capabilities.parse({}), autoAnswer: autoAnswer.parse({}), maxSecondaries };
}

export function provision(id: DeviceId, more: { name?: string; language?: string } = {}): SubscriberCommand {
  const { name, language } = more;
  return {
    type: 'ProvisionSubscriber', commandId: 'c',
    primaryDevice: { id, ...(name !== undefined && { name }) }, ...(language !== undefined && { language }),
  };
}
