import { autoAnswer, capabilities, deviceName, deviceRole, keyedAddress, keyedDeviceId, preferences } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';


/** Every command carries the id its caller chose: a repetition gets the first outcome again. */
const command = { user: keyedAddress, commandId: z.string() };

export const ProvisionSubscriber = defineEvent({
  type: 'ProvisionSubscriber', version: 1, owner: 'device-registry', listeners: ['device-registry'],
  summary: 'An operator creates or changes a subscriber and the device that holds the UICC',
  key: ({ user }) => user,
  schema: z.object({ ...command, primaryDevice: z.object({ id: keyedDeviceId, name: deviceName.optional() }), language: z.string().optional() }),
});
export type ProvisionSubscriber = PayloadOf<typeof ProvisionSubscriber>;

export const RemoveSubscriber = defineEvent({
  type: 'RemoveSubscriber', version: 1, owner: 'device-registry', listeners: ['device-registry'],
  summary: 'An operator removes a subscriber',
  key: ({ user }) => user,
  schema: z.object(command),
});
export type RemoveSubscriber = PayloadOf<typeof RemoveSubscriber>;

export const RegisterDevice = defineEvent({
  type: 'RegisterDevice', version: 1, owner: 'device-registry', listeners: ['device-registry'],
  summary: 'A device registers or refreshes its name and capabilities; its role is not its to claim',
  key: ({ user }) => user,
  schema: z.object({ ...command, device: keyedDeviceId, name: deviceName, capabilities, autoAnswer, claimedRole: deviceRole.optional() }),
});
export type RegisterDevice = PayloadOf<typeof RegisterDevice>;

export const RenameDevice = defineEvent({
  type: 'RenameDevice', version: 1, owner: 'device-registry', listeners: ['device-registry'],
  summary: 'A user names one of his devices',
  key: ({ user }) => user,
  schema: z.object({ ...command, device: keyedDeviceId, name: deviceName }),
});
export type RenameDevice = PayloadOf<typeof RenameDevice>;

export const RemoveDevice = defineEvent({
  type: 'RemoveDevice', version: 1, owner: 'device-registry', listeners: ['device-registry'],
  summary: 'A user removes one of his devices',
  key: ({ user }) => user,
  schema: z.object({ ...command, device: keyedDeviceId }),
});
export type RemoveDevice = PayloadOf<typeof RemoveDevice>;

export const SetPreferences = defineEvent({
  type: 'SetPreferences', version: 1, owner: 'device-registry', listeners: ['device-registry'],
  summary: 'A user sets his User Preferences Profiles',
  key: ({ user }) => user,
  schema: z.object({ ...command, preferences }),
});
export type SetPreferences = PayloadOf<typeof SetPreferences>;
