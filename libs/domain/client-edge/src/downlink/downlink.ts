import type { CpmAddress, DeviceId, Instant } from '@cpm/vocabulary';
import { defineAggregate, perform, writeRow, type Decider, type Reaction } from '@cpm/runtime-decider';
import type { PushFrame, WithdrawFrame } from '@cpm/contracts-client-edge';
import type { SubscriberChanged } from '@cpm/contracts-device-registry';
import { FRAMES_TABLE, type FrameRow } from './frame-row.js';

export type DownlinkCommand =
  | { readonly type: 'LearnUser'; readonly snapshot: SubscriberChanged }
  | { readonly type: 'Push'; readonly frame: PushFrame }
  | { readonly type: 'Withdraw'; readonly frame: WithdrawFrame };

/** The head of a user's downlink log. Its size depends on his devices only, not on his frames. */
export interface Downlink {
  /** Of the last snapshot; 0 before the first. */
  readonly version: number;
  /** Number of the next entry; strictly increasing per user. */
  readonly next: number;
  /** Devices with a CPM client. */
  readonly devices: readonly DeviceId[];
  /** Devices that were removed and have not come back: frames for them are void. */
  readonly removed: readonly DeviceId[];
}

export type DownlinkEvent =
  | { readonly type: 'UserLearned'; readonly version: number; readonly devices: readonly DeviceId[]; readonly removed: readonly DeviceId[] }
  | { readonly type: 'FramePushed'; readonly n: number; readonly to: readonly DeviceId[]; readonly frame: PushFrame }
  | { readonly type: 'FrameWithdrawn'; readonly n: number; readonly from: readonly DeviceId[]; readonly user: CpmAddress; readonly frameKey: string };

const REMOVED_REMEMBERED = 64;

function learn({ version, removed, devices }: SubscriberChanged, known: Downlink): DownlinkEvent {
  const now = removed ? [] : devices.filter(({ registered }) => registered).map(({ id }) => id);
  const gone = [...known.removed, ...known.devices].filter((device) => !now.includes(device));
  return { type: 'UserLearned', version, devices: now, removed: [...new Set(gone)].slice(-REMOVED_REMEMBERED) };
}

/** A named device that the edge has not heard of is newer than its snapshot, so only devices known to be gone are left out. */
function targetsOf(devices: PushFrame['devices'], downlink: Downlink): readonly DeviceId[] {
  if (!Array.isArray(devices)) return downlink.devices.filter((device) => device !== devices.except);
  return devices.filter((device, at) => !downlink.removed.includes(device) && devices.indexOf(device) === at);
}

export const downlinkLog: Decider<DownlinkCommand, Downlink, DownlinkEvent> = {
  initial: { version: 0, next: 1, devices: [], removed: [] },
  decide: (command, downlink) => {
    if (command.type === 'LearnUser') return command.snapshot.version > downlink.version ? [learn(command.snapshot, downlink)] : [];
    const to = targetsOf(command.frame.devices, downlink);
    if (to.length === 0) return [];
    const n = downlink.next;
    if (command.type === 'Push') return [{ type: 'FramePushed', n, to, frame: command.frame }];
    return [{ type: 'FrameWithdrawn', n, from: to, user: command.frame.user, frameKey: command.frame.frameKey }];
  },
  evolve: (downlink, event) =>
    event.type === 'UserLearned'
      ? { version: event.version, next: downlink.next, devices: event.devices, removed: event.removed }
      : { ...downlink, next: event.n + 1 },
};

/** No frame outlives this, so that a withdrawal, being later than its frame, outlives every frame it voids. */
const MAX_FRAME_LIFE_MS = 30 * 86_400_000;

function insertion(row: FrameRow): Reaction {
  return writeRow({ table: FRAMES_TABLE, id: `${row.u}|${row.n}`, insert: { ...row } });
}

function react(event: DownlinkEvent, now: Instant): readonly Reaction[] {
  if (event.type === 'UserLearned') return [];
  const { n } = event;
  const latest = now + MAX_FRAME_LIFE_MS;
  if (event.type === 'FrameWithdrawn') {
    const { user, frameKey, from } = event;
    return [
      insertion({ u: user, n, to: from, key: frameKey, type: 'withdrawn', data: {}, at: now, expiresAtMs: latest }),
      perform('withdraw-frames', { user, n, from, frameKey }),
    ];
  }
  const { user, frameKey: key, type, data, at, expiresAt } = event.frame;
  return [
    insertion({ u: user, n, to: event.to, key, type, data, at, expiresAtMs: Math.min(expiresAt, latest) }),
    perform('push-frames', { user, n, to: event.to, key, type, data, at }),
  ];
}

export const downlink = defineAggregate<DownlinkCommand, Downlink, DownlinkEvent>({
  name: 'downlink',
  decider: downlinkLog,
  react: (event, _after, { now }) => react(event, now),
  ownerOf: (id) => id,
});
