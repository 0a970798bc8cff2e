import { DEFAULT_POLICY, DEFAULT_PROFILE, type CpmAddress, type DeviceId, type Message } from '@cpm/vocabulary';
import { ucnRef } from '@cpm/message-tags';
import { fold, requirement, specFor, type Reaction } from '@cpm/runtime-decider';
import type { PushFrame } from '@cpm/contracts-client-edge';
import type { SubscriberChanged } from '@cpm/contracts-device-registry';
import fc from 'fast-check';
import { boxAggregate, limitsOf } from './box.aggregate.js';
import { box } from './box.decider.js';
import type { Box, BoxCommand, BoxEvent } from './box.js';

const [alice, bob] = ['tel:+4915110000001', 'tel:+4915120000002'] as [CpmAddress, CpmAddress];
const [phone, laptop] = ['urn:uuid:00000000-0000-4000-8000-000000000001', 'urn:uuid:00000000-0000-4000-8000-000000000002'] as [DeviceId, DeviceId];
const NOW = Date.UTC(2026, 0, 5, 12);
const timed = { now: NOW, limits: limitsOf(DEFAULT_POLICY) };
const message: Message = {
  id: 'm1', from: alice, to: [bob], originDevice: phone, conversationId: 'c1', contributionId: 'x1', contentType: 'text/plain', content: { kind: 'inline', text: 'hi' },
  size: 2, dispositionNotification: ['display'], sentAt: NOW - 5, expiresAt: NOW + 5,
};
const device = (id: DeviceId, registered = true): SubscriberChanged['devices'][number] => ({
  id, name: id, role: id === phone ? 'primary' : 'secondary', registered, autoAnswer: { session: false, fileTransfer: false },
  capabilities: { services: ['standalone'], contentTypes: ['*/*'], maxBytes: 1 },
});
const owner = (version: number, devices: readonly DeviceId[], removed = false): BoxCommand =>
  ({ type: 'LearnOwner', snapshot: { user: alice, version, removed, devices: devices.map((id) => device(id)), profile: DEFAULT_PROFILE, at: NOW }, ...timed });
const sent: BoxCommand = { type: 'Deposit', deposit: { user: alice, direction: 'Out', party: bob, message }, ...timed };
const received: BoxCommand = { type: 'Deposit', deposit: { user: bob, direction: 'In', party: alice, message }, ...timed };
const seen = (by?: DeviceId): BoxCommand => ({ type: 'Change', change: { user: bob, messageId: 'm1', party: alice, direction: 'In', change: 'seen', ...(by && { device: by }), at: NOW }, ...timed });
const removed: BoxCommand = { type: 'Change', change: { user: bob, messageId: 'm1', party: alice, direction: 'In', change: 'removed', at: NOW }, ...timed };
const told: BoxCommand = { type: 'KeepDisposition', disposition: { user: alice, messageId: 'm1', recipient: bob, status: 'delivered', reportId: 'r1', at: NOW }, ...timed };

const summarised: BoxCommand = { type: 'KeepUcnSummary', summary: { user: bob, ref: '#+ABCDEF', messageIds: ['m1', 'm2'], at: NOW }, ...timed };

function userOf(command: BoxCommand): CpmAddress {
  const told = Object.values(command).find((value): value is { user: CpmAddress } => typeof value === 'object' && Object.hasOwn(value, 'user'));
  return told?.user ?? alice;
}

/** The events of the commands in order, and what the last one makes the service do. */
function play(...commands: readonly BoxCommand[]): { events: readonly BoxEvent[]; rows: readonly object[]; frames: readonly PushFrame[]; modSeq: number } {
  const events: BoxEvent[] = [];
  let reactions: readonly Reaction[] = [];
  for (const command of commands) {
    const decided = box.decide(command, fold(box, events));
    events.push(...decided);
    const context = { now: NOW, policy: undefined as never, id: userOf(command), view: undefined, open: [] };
    reactions = decided.flatMap((event) => boxAggregate.react(event, fold(box, events), context));
  }
  return {
    events, modSeq: fold(box, events).modSeq,
    rows: reactions.filter((reaction) => reaction.kind === 'row'),
    frames: reactions.flatMap((reaction) => (reaction.kind === 'publish' ? [reaction.contract.schema.parse(reaction.payload) as PushFrame] : [])),
  };
}

requirement('CPM-MLD-034', () => {
  it('names at every message that a summary tells of all of them, for every device, as a change and not as an object', () => {
    const { rows, frames, modSeq } = play(received, summarised);
    const value = ['#+ABCDEF', ucnRef('m1', bob), ucnRef('m2', bob)].join(' ');
    expect(rows).toEqual([['m1', 2], ['m2', 3]].map(([id, number]) => ({
      kind: 'row', table: 'objects', id: `${bob}|in-${id}`, number: { field: 'modSeq', value: number }, add: { ucnSummaries: [value] },
    })));
    expect([modSeq, frames.map(({ type }) => type)]).toEqual([3, ['store.changed']]);
  });
});

requirement('CPM-MLD-017', () => {
  it('numbers every change of an object, never twice the same and never backwards', () => {
    const command = fc.constantFrom(sent, received, seen(), seen(phone), removed, told, summarised, owner(1, [phone]), owner(2, [phone, laptop]));
    fc.assert(fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      const numbers = play(...commands).events.flatMap((event) => ('modSeq' in event ? [event.modSeq] : []));
      for (const [at, number] of numbers.entries()) expect(number).toBeGreaterThan(numbers[at - 1] ?? 0);
    }));
  });

  it('sets what was read, and tells the other devices that there is something to fetch', () => {
    const { rows, frames } = play(owner(1, [phone, laptop]), received, seen(phone));
    expect(rows).toEqual([{ kind: 'row', table: 'objects', id: `${bob}|in-m1`, number: { field: 'modSeq', value: 2 }, add: { flags: ['\\Seen'] } }]);
    expect(frames).toMatchObject([{ user: bob, devices: { except: phone }, frameKey: 'store.changed', type: 'store.changed', data: { lastModSeq: 2 } }]);
  });

  it('says of what was fetched by a link that it was obtained, not that it was read', () => {
    const obtained: BoxCommand = { type: 'Change', change: { user: bob, messageId: 'm1', party: alice, direction: 'In', change: 'obtained', at: NOW }, ...timed };
    const { rows, frames } = play(owner(1, [phone]), received, obtained);
    expect(rows).toEqual([{ kind: 'row', table: 'objects', id: `${bob}|in-m1`, number: { field: 'modSeq', value: 2 }, add: { flags: ['$UCN-Obtained'] } }]);
    expect(frames).toMatchObject([{ type: 'store.changed' }]);
  });

  it('keeps a report as an object, and the state of the message it is about', () => {
    const { rows, modSeq } = play(owner(1, [phone, laptop]), sent, told);
    expect(rows).toMatchObject([
      { id: `${alice}|out-m1`, number: { field: 'modSeq', value: 2 }, add: { dispositions: [`${bob} delivered`] } },
      { id: `${alice}|imdn-r1`, insert: { modSeq: 3, context: 'imdn-message', status: 'delivered', messageId: 'm1', from: bob } },
    ]);
    expect(modSeq).toBe(3);
  });

  it('leaves a tombstone without content', () => {
    expect(play(received, removed).rows).toMatchObject([{ id: `${bob}|in-m1`, number: { field: 'modSeq', value: 2 }, set: { deleted: true, removedAs: 'deleted', removedAt: NOW, text: undefined, contentId: undefined } }]);
  });
});

describe('a message', () => {
  it('that was received is stored unread, and its frame is routing\'s to send', () => {
    const { rows, frames } = play(owner(1, [phone, laptop]), received);
    expect(rows).toMatchObject([{ id: `${bob}|in-m1`, insert: { u: bob, dir: 'In', folder: `/main/${alice}`, flags: [], text: 'hi', modSeq: 1 } }]);
    expect(frames).toEqual([]);
  });

  it('that was sent is stored as read and shown on the sender\'s other devices as sent', () => {
    const { rows, frames } = play(owner(1, [phone, laptop]), sent);
    expect(rows).toMatchObject([{ id: `${alice}|out-m1`, insert: { dir: 'Out', folder: `/main/${bob}`, flags: ['\\Seen'] } }]);
    expect(frames).toMatchObject([{ user: alice, devices: { except: phone }, type: 'message.sent', data: { id: 'm1', body: 'hi', conversationId: 'c1' } }]);
  });

  it('whose content is stored is shown by its address', () => {
    const stored: BoxCommand = { type: 'Deposit', deposit: { user: alice, direction: 'Out', party: bob, message: { ...message, content: { kind: 'stored', contentId: 'f1' } } }, ...timed };
    const { rows, frames } = play(stored);
    expect(rows).toMatchObject([{ insert: { contentId: 'f1' } }]);
    expect(frames).toMatchObject([{ data: { fileUrl: '/cpm/v1/files/f1' } }]);
  });
});

describe('the owner\'s only device', () => {
  it.each([['what it sent', sent], ['what it was told', told], ['what it read', seen(phone)]] as const)('is not told of %s', (_, command) => {
    expect(play(owner(1, [phone]), command).frames).toEqual([]);
  });

  it('is told all the same while nobody knows that it is the only one', () => expect(play(told).frames).toHaveLength(1));
});

it('takes no older snapshot of its owner for a newer one', () => {
  specFor(box)(play(owner(2, [phone])).events).when(owner(1, [phone, laptop])).thenNothing();
  expect(fold(box, play(owner(1, [phone]), owner(2, [phone], true)).events).devices).toEqual([]);
});

describe('a box that an earlier version stored', () => {
  const earlier = boxAggregate.upgrade?.({ modSeq: 7, version: 1, devices: [phone], syncRules: [] } as unknown as Box) as Box;

  it.each([['a message', received], ['a change', seen()], ['a removal', removed], ['a report', told], ['its owner', owner(2, [phone, laptop])], ['its owner once more', owner(1, [phone])]] as const)('takes %s', (_, command) => {
    const state = fold({ initial: earlier, evolve: box.evolve }, box.decide(command, earlier));
    expect(state.modSeq).toBeGreaterThanOrEqual(7);
    // What is in it was never counted.
    expect(boxAggregate.timersOf?.(state)).toEqual({ sweep: 0 });
  });

  it('is swept at once, and then as any other', () => {
    const [begun] = box.decide({ type: 'WaitOver', timer: 'sweep', ...timed }, earlier);
    expect(begun).toMatchObject({ type: 'SweepBegun', number: 1 });
  });
});
