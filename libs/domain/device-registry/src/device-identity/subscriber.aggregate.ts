import { PushFrame } from '@cpm/contracts-client-edge';
import { SubscriberChanged } from '@cpm/contracts-device-registry';
import type { DecisionContext, Publication, Reaction } from '@cpm/runtime-decider';
import { answer, defineAggregate, publish } from '@cpm/runtime-decider';
import type { CpmAddress, DeviceId, Preferences } from '@cpm/vocabulary';
import { DEFAULT_PROFILE } from '@cpm/vocabulary';
import { erasure, type UserErasure } from '../erasure/erasure.js';
import { revocation } from './revocations.js';
import type { RefusalCode, Subscriber, SubscriberEvent } from './subscriber.js';
import { subscriberDecider } from './subscriber.decider.js';
import type { DeviceView, SubscriberView } from './views.js';
import { deviceList, preferencesView, subscriberView } from './views.js';

/** What the caller of a command gets; which of the optional parts are there depends on the command. */
export type SubscriberOutcome =
  | {
      readonly status: 'ok';
      readonly created?: boolean;
      readonly device?: DeviceView;
      readonly subscriber?: SubscriberView;
      readonly preferences?: Preferences;
    }
  | { readonly status: 'refused'; readonly code: RefusalCode; readonly detail: string; readonly field?: string };

/** How long a device that was away still gets the hint to fetch its list again. */
const FRAME_LIFE_MS = 86_400_000;

/** One subscriber: his devices, their names and roles, and his preference profiles. The id is his CPM Address. */
export const subscriber = defineAggregate({
  name: 'subscriber',
  decider: subscriberDecider,
  ownerOf: (id) => id,
  view: { aggregate: erasure, idOf: (id) => id },
  react(event: SubscriberEvent, after: Subscriber, context: DecisionContext<UserErasure>): readonly Reaction[] {
    const user = context.id as CpmAddress;
    switch (event.type) {
      case 'AccessNoted': return [];
      case 'CommandRefused': return [answer(event.commandId, refusal(event))];
      case 'SubscriberUnchanged':
      case 'DeviceUnchanged':
      case 'PreferencesUnchanged': return [answer(event.commandId, outcomeOf(event, user, after))];
      case 'PreferencesSet': return [snapshot(user, after, context.now), answer(event.commandId, outcomeOf(event, user, after))];
      // There is no device left that could be told of the removal.
      case 'SubscriberRemoved':
        return [revocation({ user, which: after.version, at: context.now }), snapshot(user, after, context.now), answer(event.commandId, outcomeOf(event, user, after))];
      case 'SecondaryRemoved':
      case 'PrimaryUnregistered':
        return [revocation({ user, device: event.device, which: after.version, at: context.now }), ...told(event, after, context)];
      default: return told(event, after, context);
    }
  },
});

/** All who have to know of a change of the devices. */
function told(event: Success, after: Subscriber, { id, now }: DecisionContext<UserErasure>): readonly Reaction[] {
  const user = id as CpmAddress;
  return [snapshot(user, after, now), devicesChanged(user, after.version, now), answer(event.commandId, outcomeOf(event, user, after))];
}

type Success = Exclude<SubscriberEvent, { type: 'AccessNoted' | 'CommandRefused' }>;

function outcomeOf(event: Success, user: CpmAddress, after: Subscriber): SubscriberOutcome {
  switch (event.type) {
    case 'SubscriberProvisioned': return { status: 'ok', created: event.created, ...subscriberPart(user, after) };
    case 'SubscriberUnchanged': return { status: 'ok', created: false, ...subscriberPart(user, after) };
    case 'DeviceRegistered': return { status: 'ok', created: event.created, ...devicePart(event.device.id, after) };
    case 'DeviceUnchanged': return { status: 'ok', created: false, ...devicePart(event.device, after) };
    case 'DeviceRenamed': return { status: 'ok', ...devicePart(event.device, after) };
    case 'PreferencesSet':
    case 'PreferencesUnchanged': return { status: 'ok', preferences: preferencesView(after) };
    case 'SubscriberRemoved':
    case 'SecondaryRemoved':
    case 'PrimaryUnregistered': return { status: 'ok' };
  }
}

function refusal({ code, detail, field }: Extract<SubscriberEvent, { type: 'CommandRefused' }>): SubscriberOutcome {
  return { status: 'refused', code, detail, ...(field !== undefined && { field }) };
}

function subscriberPart(user: CpmAddress, after: Subscriber): { subscriber?: SubscriberView } {
  const view = subscriberView(user, after);
  return view ? { subscriber: view } : {};
}

function devicePart(id: DeviceId, after: Subscriber): { device?: DeviceView } {
  const device = deviceList(after).find((candidate) => candidate.id === id);
  return device ? { device } : {};
}

function snapshot(user: CpmAddress, { version, provisioning, devices, preferences }: Subscriber, at: number): Publication {
  return publish(SubscriberChanged, {
    user,
    version,
    removed: provisioning === undefined,
    ...(provisioning?.language !== undefined && { language: provisioning.language }),
    devices: [...devices],
    profile: preferences.profiles[preferences.activeProfile] ?? DEFAULT_PROFILE,
    at,
  });
}

function devicesChanged(user: CpmAddress, version: number, at: number): Publication {
  return publish(PushFrame, {
    user, devices: {}, frameKey: `devices|${version}`, type: 'devices.changed', data: {}, at, expiresAt: at + FRAME_LIFE_MS,
  });
}
