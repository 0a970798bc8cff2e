import fc from 'fast-check';
import { DEFAULT_POLICY, DEFAULT_PROFILE, type CpmAddress, type DeviceId, type ReportsToOtherDevices } from '@cpm/vocabulary';
import { requirement, specFor } from '@cpm/runtime-decider';
import { PushFrame } from '@cpm/contracts-client-edge';
import type { SubscriberChanged } from '@cpm/contracts-device-registry';
import { RecordDisposition } from '@cpm/contracts-message-store-sync';
import type { ReportReleased } from '@cpm/contracts-report-aggregation';
import { addressing, reportAddressing, type AddressingEvent } from './report-addressing.js';

const alice = 'tel:+4915110000001' as CpmAddress;
const bob = 'tel:+4915110000002' as CpmAddress;
const [phone, tablet, watch] = ['a1', 'a2', 'a3'].map((end) => `urn:uuid:00000000-0000-4000-8000-0000000000${end}` as DeviceId) as [DeviceId, DeviceId, DeviceId];
const DAY_MS = 86_400_000;

const device = (id: DeviceId): SubscriberChanged['devices'][number] => ({
  id, name: 'any', role: 'secondary', registered: true, capabilities: { services: [], contentTypes: [], maxBytes: 1 }, autoAnswer: { session: false, fileTransfer: false },
});
const snapshot = (version: number, devices: DeviceId[], reportsToOtherDevices?: ReportsToOtherDevices): SubscriberChanged => ({
  user: alice, version, removed: false, devices: devices.map(device), at: 1,
  profile: reportsToOtherDevices === undefined ? DEFAULT_PROFILE : { ...DEFAULT_PROFILE, reportsToOtherDevices },
});
const report = (how: Partial<ReportReleased> = {}): ReportReleased => ({
  reportId: `m1|${bob}|delivery`, messageId: 'm1', sender: alice, recipient: bob, originDevice: tablet, service: 'standalone', status: 'delivered', at: 1000, ...how,
});

const given = specFor(reportAddressing);
const knowing = (learned: SubscriberChanged) => given(reportAddressing.decide({ type: 'LearnSender', snapshot: learned }, reportAddressing.initial));
const send = (of: ReportReleased, copies: 'none' | 'all' = 'all') => ({ type: 'AddressReport' as const, report: of, copies });
const context = { now: 2000, policy: DEFAULT_POLICY, id: alice, view: undefined, open: [] };
const reactions = (event: AddressingEvent) => addressing.react(event, reportAddressing.initial, context);

requirement('CPM-MLD-003a', () => {
  it('sends the report to the device that sent the message, and keeps it for the store', () => {
    const event: AddressingEvent = { type: 'ReportAddressed', report: report(), devices: [tablet] };
    knowing(snapshot(1, [phone, tablet])).when(send(report(), 'none')).then([event]);
    expect(reactions(event)).toEqual([
      {
        kind: 'publish', contract: PushFrame,
        payload: {
          user: alice, devices: [tablet], frameKey: `report|m1|${bob}|delivery`, type: 'disposition', at: 2000, expiresAt: 2000 + 30 * DAY_MS,
          data: { messageId: 'm1', recipient: bob, status: 'delivered', at: '1970-01-01T00:00:01.000Z', id: `m1|${bob}|delivery` },
        },
      },
      { kind: 'publish', contract: RecordDisposition, payload: { user: alice, messageId: 'm1', recipient: bob, status: 'delivered', reportId: `m1|${bob}|delivery`, at: 1000 } },
    ]);
  });

  it('keeps the report in the store only when the device is gone', () => {
    const event: AddressingEvent = { type: 'ReportKeptInStore', report: report(), reason: 'origin-device-gone' };
    knowing(snapshot(1, [phone])).when(send(report())).then([event]);
    expect(reactions(event)).toEqual([expect.objectContaining({ contract: RecordDisposition })]);
  });

  it('does not take a sender it has not heard of for one without devices', () => {
    given([]).when(send(report())).then([{ type: 'ReportAddressed', report: report(), devices: [tablet] }]);
  });

  it('ignores an older snapshot, and forgets all devices of a removed subscriber', () => {
    const learned: AddressingEvent = { type: 'SenderLearned', version: 2, devices: [tablet] };
    given([learned]).when({ type: 'LearnSender', snapshot: snapshot(2, [phone]) }).thenNothing();
    given([learned]).when({ type: 'LearnSender', snapshot: snapshot(1, [phone]) }).thenNothing();
    given([learned]).when({ type: 'LearnSender', snapshot: { ...snapshot(3, [tablet]), removed: true } }).then([{ type: 'SenderLearned', version: 3, devices: [] }]);
  });

  it('does not count a Primary without a CPM client as a device that can get reports', () => {
    const primary = { ...device(phone), registered: false };
    knowing({ ...snapshot(1, []), devices: [primary, device(tablet)] }).when(send(report())).then([{ type: 'ReportAddressed', report: report(), devices: [tablet] }]);
  });
});

requirement('CPM-MLD-003b', () => {
  it.each([
    ['policy all', undefined, 'all', [tablet, phone, watch]],
    ['policy none', undefined, 'none', [tablet]],
    ['preference none over policy all', 'none', 'all', [tablet]],
    ['preference all over policy none', 'all', 'none', [tablet, phone, watch]],
    ['preference for one device', [watch], 'none', [tablet, watch]],
    ['preference for a device that is gone', ['urn:uuid:0' as DeviceId], 'all', [tablet]],
    ['preference that lists the sending device', [tablet], 'none', [tablet]],
  ] satisfies [string, ReportsToOtherDevices | undefined, 'none' | 'all', DeviceId[]][])('%s', (_, preference, policy, devices) => {
    knowing(snapshot(1, [phone, tablet, watch], preference)).when(send(report(), policy)).then([{ type: 'ReportAddressed', report: report(), devices }]);
  });

  it('puts one frame, with one id, on all of them', () => {
    const frames = reactions({ type: 'ReportAddressed', report: report(), devices: [tablet, phone] }).filter((each) => each.kind === 'publish' && each.contract === PushFrame);
    expect(frames).toHaveLength(1);
  });
});

requirement('CPM-MLD-022', () => {
  it('sends a chat delivery report to the device that sent the chat message', () => {
    const chat = report({ service: 'chat' });
    knowing(snapshot(1, [phone, tablet])).when(send(chat)).then([{ type: 'ReportAddressed', report: chat, devices: [tablet] }]);
  });
});

requirement('CPM-MLD-023', () => {
  it('never copies a chat report, whatever policy and preference say', () => {
    fc.assert(fc.property(
      fc.constantFrom<ReportsToOtherDevices | undefined>(undefined, 'all', 'none', [phone, watch]), fc.constantFrom('all' as const, 'none' as const),
      (preference, policy) => {
        const chat = report({ service: 'chat', status: 'displayed' });
        knowing(snapshot(1, [phone, tablet, watch], preference)).when(send(chat, policy)).then([{ type: 'ReportAddressed', report: chat, devices: [tablet] }]);
      },
    ));
  });
});

describe('the sender\'s record', () => {
  it('does not grow with the number of reports', () => {
    const start = knowing(snapshot(1, [phone, tablet])).when(send(report()));
    expect(start.state).toEqual({ version: 1, devices: [phone, tablet] });
    expect(reportAddressing.evolve(start.state, { type: 'ReportAddressed', report: report(), devices: [tablet] })).toBe(start.state);
  });
});
