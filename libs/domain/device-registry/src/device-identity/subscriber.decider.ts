import type { RegisterDevice, RegisteredDevice, RemoveDevice, RenameDevice, SetPreferences } from '@cpm/contracts-device-registry';
import type { Decider } from '@cpm/runtime-decider';
import type { DeviceId } from '@cpm/vocabulary';
import { isNameTaken } from './device-names.js';
import { provision, unregistered } from './provisioning.js';
import { sameContent } from './same-content.js';
import type { NoteAccess, Refusal, RefusalCode, Subscriber, SubscriberCommand, SubscriberEvent } from './subscriber.js';
import { UNKNOWN_SUBSCRIBER } from './subscriber.js';

export const subscriberDecider: Decider<SubscriberCommand, Subscriber, SubscriberEvent> = {
  initial: UNKNOWN_SUBSCRIBER,

  decide(command, state) {
    if (command.type === 'NoteAccess') return noteAccess(command, state);
    if (command.type === 'ProvisionSubscriber') {
      return [command.isBeingErased === true ? refuse(command, 'erasure-under-way', 'The subscriber is being erased: provision him when that is done') : provision(command, state)];
    }
    if (!state.provisioning) return [refuse(command, 'unknown-subscriber', 'The subscriber is not provisioned')];
    switch (command.type) {
      case 'RemoveSubscriber': return [{ type: 'SubscriberRemoved', commandId: command.commandId }];
      case 'RegisterDevice': return [register(command, state)];
      case 'RenameDevice': return [rename(command, state)];
      case 'RemoveDevice': return [removeDevice(command, state)];
      case 'SetPreferences': return [setPreferences(command, state)];
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'SubscriberProvisioned': return changed(state, { provisioning: event.provisioning, devices: event.devices });
      case 'SubscriberRemoved': return { ...UNKNOWN_SUBSCRIBER, version: state.version + 1 };
      case 'DeviceRegistered': return changed(state, { devices: withDevice(state.devices, event.device) });
      case 'DeviceRenamed': return changed(state, { devices: altered(state.devices, event.device, (device) => ({ ...device, name: event.name })) });
      case 'SecondaryRemoved': return changed(state, { devices: state.devices.filter(({ id }) => id !== event.device) });
      case 'PrimaryUnregistered':
        return changed(state, { devices: altered(state.devices, event.device, ({ id, name }) => ({ ...unregistered(id), name })) });
      case 'PreferencesSet': return changed(state, { preferences: event.preferences });
      case 'AccessNoted': return { ...state, access: { ...state.access, [event.device]: { ip: event.ip, cs: event.cs } } };
      case 'SubscriberUnchanged':
      case 'DeviceUnchanged':
      case 'PreferencesUnchanged':
      case 'CommandRefused': return state;
    }
  },
};

/** CPM-MLD-018: many devices under one address, as many Secondaries as the policy allows; the same id replaces and never adds. */
function register(command: Omit<RegisterDevice, 'user'> & { readonly maxSecondaries: number }, state: Subscriber): SubscriberEvent {
  const { commandId, device: id, name, capabilities, autoAnswer, claimedRole } = command;
  const current = state.devices.find((device) => device.id === id);
  const role = current?.role ?? 'secondary';
  if (claimedRole !== undefined && claimedRole !== role) {
    return { ...refuse(command, 'role-not-claimable', `The device is ${role}: only the operator says which device is the Primary`), field: 'role' };
  }
  const others = state.devices.filter((device) => device.id !== id);
  const secondaries = others.filter(({ role }) => role === 'secondary').length;
  if (!current && secondaries >= command.maxSecondaries) {
    return refuse(command, 'device-limit-reached', `The subscription allows ${command.maxSecondaries} Secondary Devices and has ${secondaries}`);
  }
  if (isNameTaken(others, name)) return nameTaken(command, name);
  const device: RegisteredDevice = { id, name, role, registered: true, capabilities, autoAnswer };
  if (sameContent(device, current)) return { type: 'DeviceUnchanged', commandId, device: id };
  return { type: 'DeviceRegistered', commandId, created: !current?.registered, device };
}

function rename(command: Omit<RenameDevice, 'user'>, state: Subscriber): SubscriberEvent {
  const { commandId, device: id, name } = command;
  const current = state.devices.find((device) => device.id === id);
  if (!current) return unknownDevice(command);
  if (isNameTaken(state.devices.filter((device) => device.id !== id), name)) return nameTaken(command, name);
  return current.name === name ? { type: 'DeviceUnchanged', commandId, device: id } : { type: 'DeviceRenamed', commandId, device: id, name };
}

function removeDevice(command: Omit<RemoveDevice, 'user'>, state: Subscriber): SubscriberEvent {
  const { commandId, device: id } = command;
  const current = state.devices.find((device) => device.id === id);
  if (!current) return unknownDevice(command);
  if (current.role === 'secondary') return { type: 'SecondaryRemoved', commandId, device: id };
  if (current.registered) return { type: 'PrimaryUnregistered', commandId, device: id };
  return refuse(command, 'primary-cannot-be-removed', 'The Primary Device holds the UICC and stays as long as the subscription');
}

function setPreferences({ commandId, preferences }: Omit<SetPreferences, 'user'>, state: Subscriber): SubscriberEvent {
  return sameContent(preferences, state.preferences) ? { type: 'PreferencesUnchanged', commandId } : { type: 'PreferencesSet', commandId, preferences };
}

function noteAccess({ device, ip, cs }: NoteAccess, state: Subscriber): readonly SubscriberEvent[] {
  if (!state.devices.some(({ id }) => id === device)) return [];
  const known = state.access[device];
  return known?.ip === ip && known.cs === cs ? [] : [{ type: 'AccessNoted', device, ip, cs }];
}

function changed(state: Subscriber, change: Partial<Subscriber>): Subscriber {
  const next = { ...state, ...change, version: state.version + 1 };
  const ids = new Set<string>(next.devices.map(({ id }) => id));
  return { ...next, access: Object.fromEntries(Object.entries(next.access).filter(([id]) => ids.has(id))) };
}

function altered(devices: readonly RegisteredDevice[], id: DeviceId, alter: (device: RegisteredDevice) => RegisteredDevice): readonly RegisteredDevice[] {
  return devices.map((device) => (device.id === id ? alter(device) : device));
}

function withDevice(devices: readonly RegisteredDevice[], device: RegisteredDevice): readonly RegisteredDevice[] {
  return devices.some(({ id }) => id === device.id) ? altered(devices, device.id, () => device) : [...devices, device];
}

function unknownDevice(command: { readonly commandId: string }): Refusal {
  return refuse(command, 'unknown-device', 'The subscriber has no such device');
}

function nameTaken(command: { readonly commandId: string }, name: string): Refusal {
  return { ...refuse(command, 'name-taken', `Another device of the user is named ${JSON.stringify(name)}`), field: 'name' };
}

function refuse({ commandId }: { readonly commandId: string }, code: RefusalCode, detail: string): Refusal {
  return { type: 'CommandRefused', commandId, code, detail };
}
