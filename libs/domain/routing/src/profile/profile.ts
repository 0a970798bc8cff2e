import { DEFAULT_PROFILE, type AccessState, type DeviceId, type Instant, type PreferenceProfile } from '@cpm/vocabulary';
import { defineAggregate, publish, type Decider, type Reaction } from '@cpm/runtime-decider';
import type { AccessChanged } from '@cpm/contracts-access-awareness';
import type { RegisteredDevice, SubscriberChanged } from '@cpm/contracts-device-registry';
import { ReconsiderDelivery, ReconsiderParticipation } from '@cpm/contracts-routing';

/** What is known of a device's accesses. `revision` differs after every change of what reaches the device; that a hold ends is none. */
export interface DeviceAccess {
  readonly ip: AccessState;
  readonly cs: AccessState;
  /** Until then IP is awaited before CS is used, epoch ms. */
  readonly holdUntil: Instant | null;
  readonly revision: number;
  /** When what reaches the device last changed, epoch ms. */
  readonly changedAt?: Instant;
  /** Why the access is what it is, for a journey: the reason, and whose word it was. */
  readonly because?: string;
}

/** What routing knows of a user. `version` 0: never heard of him. */
export interface Profile {
  readonly version: number;
  readonly removed: boolean;
  readonly language: string | null;
  readonly devices: readonly RegisteredDevice[];
  readonly preferences: PreferenceProfile;
  readonly access: Readonly<Record<string, DeviceAccess>>;
  readonly accessChanges: number;
}

export type ProfileCommand =
  | { readonly type: 'LearnSubscriber'; readonly snapshot: SubscriberChanged }
  | { readonly type: 'LearnAccess'; readonly change: AccessChanged };

export type ProfileEvent =
  | { readonly type: 'SubscriberLearned'; readonly snapshot: SubscriberChanged }
  | { readonly type: 'AccessLearned'; readonly change: AccessChanged };

export const UNKNOWN_ACCESS: DeviceAccess = { ip: 'UNKNOWN', cs: 'UNKNOWN', holdUntil: null, revision: 0 };

const initial: Profile = {
  version: 0, removed: false, language: null, devices: [], preferences: DEFAULT_PROFILE, access: {}, accessChanges: 0,
};

/** Nothing of a device that the registry does not list is worth keeping, unless its registration is still on its way. */
function worthKeeping({ version, devices }: Profile, { device, ip, cs }: AccessChanged): boolean {
  return version === 0 || ip === 'AVAILABLE' || cs === 'AVAILABLE' || devices.some(({ id }) => id === device);
}

function sameAccess(known: DeviceAccess | undefined, { ip, cs, holdUntil }: AccessChanged): boolean {
  return known !== undefined && known.ip === ip && known.cs === cs && known.holdUntil === (holdUntil ?? null);
}

/** A removed subscriber has no devices, whatever the snapshot lists. */
function learnSubscriber(profile: Profile, { version, removed, language, profile: preferences, ...snapshot }: SubscriberChanged): Profile {
  const devices = removed ? [] : snapshot.devices;
  const gone = new Set<string>(profile.devices.map(({ id }) => id));
  for (const { id } of devices) gone.delete(id);
  const access = gone.size === 0 ? profile.access : Object.fromEntries(Object.entries(profile.access).filter(([id]) => !gone.has(id)));
  return { ...profile, version, removed, language: language ?? null, devices, preferences, access };
}

function learnAccess(profile: Profile, change: AccessChanged, revision: number): Profile {
  const { device, ip, cs, holdUntil } = change;
  if (!worthKeeping(profile, change)) {
    const { [device]: _forgotten, ...access } = profile.access;
    return { ...profile, access, accessChanges: revision };
  }
  const known = profile.access[device];
  const isSame = ip !== 'AVAILABLE' && known?.ip === ip && known.cs === cs;
  const changed = isSame ? { revision: known.revision, ...(known.changedAt !== undefined && { changedAt: known.changedAt }) } : { revision, changedAt: change.at };
  const learned: DeviceAccess = { ip, cs, holdUntil: holdUntil ?? null, ...changed, because: becauseOf(change) };
  return { ...profile, access: { ...profile.access, [device]: learned }, accessChanges: revision };
}

/** `cs-available (t8)`, `cs-unavailable (smpp-receipt: absent-subscriber)`; of a connection its number says nothing. */
function becauseOf({ reason, source, cause }: AccessChanged): string {
  const word = [source?.replace(/^connection\/.*/, 'connection'), cause].filter((part) => part !== undefined).join(': ');
  return word === '' ? reason : `${reason} (${word})`;
}

export const profileDecider: Decider<ProfileCommand, Profile, ProfileEvent> = {
  initial,
  decide: (command, profile) => {
    if (command.type === 'LearnSubscriber') {
      return command.snapshot.version > profile.version ? [{ type: 'SubscriberLearned', snapshot: command.snapshot }] : [];
    }
    return sameAccess(profile.access[command.change.device], command.change) ? [] : [{ type: 'AccessLearned', change: command.change }];
  },
  evolve: (profile, event) =>
    event.type === 'SubscriberLearned'
      ? learnSubscriber(profile, event.snapshot)
      : learnAccess(profile, event.change, profile.accessChanges + 1),
};

/** Every open delivery and participation is decided again when something it depends on changed. */
export const profile = defineAggregate<ProfileCommand, Profile, ProfileEvent>({
  name: 'profile',
  decider: profileDecider,
  react: (event, _after, { open, now }): Reaction[] => {
    const reason = event.type === 'AccessLearned' ? `access-changed: ${event.change.reason}` : 'subscriber-changed';
    const recipient = event.type === 'AccessLearned' ? event.change.user : event.snapshot.user;
    const device = event.type === 'AccessLearned' ? { device: event.change.device } : {};
    return open.map(({ kind, id }) =>
      kind === 'delivery'
        ? publish(ReconsiderDelivery, { recipient, delivery: id, reason, ...device, at: now })
        : publish(ReconsiderParticipation, { user: recipient, participation: id, reason, at: now }));
  },
  ownerOf: (id) => id,
});

export function accessOf(profile: Profile, device: DeviceId): DeviceAccess {
  return profile.access[device] ?? UNKNOWN_ACCESS;
}

export function deviceOf(profile: Profile, id: DeviceId): RegisteredDevice | undefined {
  return profile.devices.find((device) => device.id === id);
}

export function primaryOf(profile: Profile): RegisteredDevice | undefined {
  return profile.devices.find(({ role }) => role === 'primary');
}
