import type {
  ProvisionSubscriber, RegisterDevice, RegisteredDevice, RemoveDevice, RemoveSubscriber, RenameDevice, SetPreferences,
} from '@cpm/contracts-device-registry';
import type { AccessState, DeviceId, Preferences } from '@cpm/vocabulary';
import { DEFAULT_PREFERENCES } from '@cpm/vocabulary';

/** What access-awareness last said of a device. */
export interface DeviceAccess {
  readonly ip: AccessState;
  readonly cs: AccessState;
}

/** What the operator last said; kept so that saying it again does not undo what the user changed since. */
export interface Provisioning {
  readonly primaryDevice: { readonly id: DeviceId; readonly name?: string };
  readonly language?: string;
}

/** One subscriber with his devices, the Primary first. Without `provisioning` he is unknown, or was removed. */
export interface Subscriber {
  /** Grows by one per change, also across removal, so that a listener can tell an older snapshot. */
  readonly version: number;
  readonly provisioning?: Provisioning;
  readonly devices: readonly RegisteredDevice[];
  readonly preferences: Preferences;
  /** By device id. */
  readonly access: Readonly<Record<string, DeviceAccess>>;
}

export const UNKNOWN_SUBSCRIBER: Subscriber = { version: 0, devices: [], preferences: DEFAULT_PREFERENCES, access: {} };

type Told<Type extends string, Payload> = { readonly type: Type } & Omit<Payload, 'user'>;

export type SubscriberCommand =
  | (Told<'ProvisionSubscriber', ProvisionSubscriber> & { readonly isBeingErased?: boolean })
  | Told<'RemoveSubscriber', RemoveSubscriber>
  | (Told<'RegisterDevice', RegisterDevice> & { readonly maxSecondaries: number })
  | Told<'RenameDevice', RenameDevice>
  | Told<'RemoveDevice', RemoveDevice>
  | Told<'SetPreferences', SetPreferences>
  | NoteAccess;

export type NoteAccess = { readonly type: 'NoteAccess'; readonly device: DeviceId } & DeviceAccess;

/** Why a command was refused; the detail is a sentence for a person. */
export type RefusalCode = 'unknown-subscriber' | 'device-limit-reached' | 'name-taken' | 'role-not-claimable' | 'unknown-device' | 'primary-cannot-be-removed' | 'erasure-under-way';

export type Refusal = {
  readonly type: 'CommandRefused';
  readonly commandId: string;
  readonly code: RefusalCode;
  readonly detail: string;
  /** The field of the command that is to blame. */
  readonly field?: string;
};

type Done<Type extends string, Fields = unknown> = { readonly type: Type; readonly commandId: string } & Fields;

export type SubscriberEvent =
  | Done<'SubscriberProvisioned', { readonly created: boolean; readonly provisioning: Provisioning; readonly devices: readonly RegisteredDevice[] }>
  | Done<'SubscriberUnchanged'>
  | Done<'SubscriberRemoved'>
  | Done<'DeviceRegistered', { readonly created: boolean; readonly device: RegisteredDevice }>
  | Done<'DeviceRenamed', { readonly device: DeviceId; readonly name: string }>
  | Done<'DeviceUnchanged', { readonly device: DeviceId }>
  | Done<'SecondaryRemoved', { readonly device: DeviceId }>
  | Done<'PrimaryUnregistered', { readonly device: DeviceId }>
  | Done<'PreferencesSet', { readonly preferences: Preferences }>
  | Done<'PreferencesUnchanged'>
  | Refusal
  | ({ readonly type: 'AccessNoted'; readonly device: DeviceId } & DeviceAccess);
