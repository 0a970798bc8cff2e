import { timestamp, type DeviceId, type Instant, type Policy, type ReportsToOtherDevices } from '@cpm/vocabulary';
import { defineAggregate, publish, type Decider, type Reaction } from '@cpm/runtime-decider';
import { PushFrame } from '@cpm/contracts-client-edge';
import type { SubscriberChanged } from '@cpm/contracts-device-registry';
import { RecordDisposition } from '@cpm/contracts-message-store-sync';
import type { ReportReleased } from '@cpm/contracts-report-aggregation';

export type AddressingCommand =
  | { readonly type: 'LearnSender'; readonly snapshot: SubscriberChanged }
  | { readonly type: 'AddressReport'; readonly report: ReportReleased; readonly copies: Policy['reports.copyToOtherDevices'] };

/** What the sender's side knows of him; `version` 0 until the first snapshot. It holds nothing per report. */
export interface Sender {
  readonly version: number;
  /** Devices with a CPM client, in registration order. */
  readonly devices: readonly DeviceId[];
  /** Absent: the service provider's policy decides. */
  readonly reportsToOtherDevices?: ReportsToOtherDevices;
}

export type AddressingEvent =
  | ({ readonly type: 'SenderLearned' } & Sender)
  | { readonly type: 'ReportAddressed'; readonly report: ReportReleased; readonly devices: readonly DeviceId[] }
  | { readonly type: 'ReportKeptInStore'; readonly report: ReportReleased; readonly reason: 'origin-device-gone' };

/** CPM-MLD-003b, CPM-MLD-023: only reports of Standalone Messages are copied to the sender's other devices. */
const COPIED: Readonly<Record<ReportReleased['service'], boolean>> = { standalone: true, chat: false, 'file-transfer': false };

function learn({ version, removed, devices, profile }: SubscriberChanged): AddressingEvent {
  return {
    type: 'SenderLearned',
    version,
    devices: removed ? [] : devices.filter(({ registered }) => registered).map(({ id }) => id),
    ...(profile.reportsToOtherDevices !== undefined && { reportsToOtherDevices: profile.reportsToOtherDevices }),
  };
}

/**
 * CPM-MLD-003a, CPM-MLD-022: a report goes to the device that sent the message, however long that is offline; when the device
 * is gone for good, the report shows in the store only.
 */
function address(report: ReportReleased, sender: Sender, policy: Policy['reports.copyToOtherDevices']): AddressingEvent {
  const { originDevice } = report;
  // Without a snapshot nothing says that the device is gone.
  if (sender.version > 0 && !sender.devices.includes(originDevice)) return { type: 'ReportKeptInStore', report, reason: 'origin-device-gone' };
  const wanted = COPIED[report.service] ? (sender.reportsToOtherDevices ?? policy) : 'none';
  const copies = sender.devices.filter((device) => device !== originDevice && (Array.isArray(wanted) ? wanted.includes(device) : wanted === 'all'));
  return { type: 'ReportAddressed', report, devices: [originDevice, ...copies] };
}

export const reportAddressing: Decider<AddressingCommand, Sender, AddressingEvent> = {
  initial: { version: 0, devices: [] },
  decide: (command, sender) => {
    if (command.type === 'AddressReport') return [address(command.report, sender, command.copies)];
    return command.snapshot.version > sender.version ? [learn(command.snapshot)] : [];
  },
  evolve: (sender, event) => {
    if (event.type !== 'SenderLearned') return sender;
    const { type: _, ...learned } = event;
    return learned;
  },
};

/** A frame waits for a device that is offline, but not for ever. */
const FRAME_LIFE_MS = 30 * 86_400_000;

function react(event: AddressingEvent, now: Instant): readonly Reaction[] {
  if (event.type === 'SenderLearned') return [];
  const { reportId, messageId, sender: user, recipient, status, at } = event.report;
  const kept = publish(RecordDisposition, { user, messageId, recipient, status, reportId, at });
  if (event.type === 'ReportKeptInStore') return [kept];
  const frame = publish(PushFrame, {
    user,
    devices: [...event.devices],
    frameKey: `report|${reportId}`,
    type: 'disposition',
    data: { messageId, recipient, status, at: timestamp(at), id: reportId },
    at: now,
    expiresAt: now + FRAME_LIFE_MS,
  });
  return [frame, kept];
}

export const addressing = defineAggregate<AddressingCommand, Sender, AddressingEvent>({
  name: 'addressing',
  decider: reportAddressing,
  react: (event, _after, { now }) => react(event, now),
  ownerOf: (id) => id,
});
