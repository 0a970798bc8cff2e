import type { ProvisionSubscriber, RegisteredDevice } from '@cpm/contracts-device-registry';
import type { DeviceId } from '@cpm/vocabulary';
import { autoAnswer, capabilities } from '@cpm/vocabulary';
import { DEFAULT_PRIMARY_NAME, freeName } from './device-names.js';
import { sameContent } from './same-content.js';
import type { Provisioning, Subscriber, SubscriberEvent } from './subscriber.js';

/** The operator's word becomes the subscriber's Primary; a clash of names never stands in the way of moving a SIM. */
export function provision(command: Omit<ProvisionSubscriber, 'user'>, state: Subscriber): SubscriberEvent {
  const { commandId } = command;
  const provisioning = provisioningOf(command);
  const devices = withPrimary(state, provisioning.primaryDevice);
  const known = state.provisioning;
  if (known && known.language === provisioning.language && sameContent(devices, state.devices)) return { type: 'SubscriberUnchanged', commandId };
  return { type: 'SubscriberProvisioned', commandId, created: !known, provisioning, devices };
}

/** CPM-MLD-027: the provisioned device is the one Primary; who was it before is a Secondary, or gone when it never registered. */
function withPrimary(state: Subscriber, { id, name }: Provisioning['primaryDevice']): readonly RegisteredDevice[] {
  const current = state.devices.find((device) => device.id === id);
  const others = state.devices
    .filter((device) => device.id !== id && (device.role === 'secondary' || device.registered))
    .map((device): RegisteredDevice => ({ ...device, role: 'secondary' }));
  const last = state.provisioning?.primaryDevice;
  const isNewName = name !== undefined && (last?.id !== id || last.name !== name);
  const wished = isNewName ? name : (current?.name ?? DEFAULT_PRIMARY_NAME);
  return [{ ...(current ?? unregistered(id)), name: freeName(others, wished), role: 'primary' }, ...others];
}

/** The device as it is before it registers: reachable by SMS only, so its capabilities say nothing yet. */
export function unregistered(id: DeviceId): Omit<RegisteredDevice, 'name'> {
  return { id, role: 'primary', registered: false, capabilities: capabilities.parse({}), autoAnswer: autoAnswer.parse({}) };
}

function provisioningOf({ primaryDevice: { id, name }, language }: Omit<ProvisionSubscriber, 'user'>): Provisioning {
  return { primaryDevice: { id, ...(name !== undefined && { name }) }, ...(language !== undefined && { language }) };
}
