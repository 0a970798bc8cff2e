import { DEFAULT_POLICY, DEFAULT_PROFILE, type CpmAddress, type DeviceId, type SessionHead } from '@cpm/vocabulary';
import { fold, requirement, type Reaction } from '@cpm/runtime-decider';
import type { KeepSession } from '@cpm/contracts-message-store-sync';
import { nmsObject } from '../nms/nms-object.js';
import { boxAggregate, limitsOf } from './box.aggregate.js';
import { box } from './box.decider.js';
import type { BoxCommand, BoxEvent } from './box.js';
import type { ObjectRow } from './object-row.js';

const [alice, bob, odd] = ['tel:+4915110000001', 'tel:+4915120000002', "sip:o'neil&co@example.com"] as [CpmAddress, CpmAddress, CpmAddress];
const [phone, laptop] = ['urn:uuid:00000000-0000-4000-8000-000000000001', 'urn:uuid:00000000-0000-4000-8000-000000000002'] as [DeviceId, DeviceId];
const NOW = Date.UTC(2026, 0, 5, 12);
const timed = { now: NOW, limits: limitsOf(DEFAULT_POLICY) };
const session: SessionHead = { id: 's1', creator: alice, kind: 'long-lived-group', participants: [alice, bob, odd], subject: 'Trip', conversationId: 'c1', contributionId: 'x1' };
const joined = [alice, bob, odd].map((address) => ({ address, status: 'joined' as const, since: NOW }));

function keep(change: Partial<KeepSession> = {}): BoxCommand {
  return { type: 'KeepSession', kept: { user: bob, session, generation: 1, revision: 1, from: alice, status: 'joined', devices: [{ device: phone, joinedAt: NOW }], startedAt: NOW, at: NOW, ...change }, ...timed };
}

function remove(...ids: readonly string[]): BoxCommand {
  return { type: 'Update', request: { user: bob, commandId: 'r', device: phone, at: NOW, objects: ids.map((objectId) => ({ objectId, remove: 'deleted' })) }, ...timed };
}

function owner(...devices: readonly DeviceId[]): BoxCommand {
  const capabilities = { services: [], contentTypes: [], maxBytes: 1 };
  const registered = devices.map((id) => ({ id, name: id, role: 'secondary' as const, registered: true, autoAnswer: { session: false, fileTransfer: false }, capabilities }));
  return { type: 'LearnOwner', snapshot: { user: bob, version: 1, removed: false, devices: registered, profile: DEFAULT_PROFILE, at: NOW }, ...timed };
}

/** The rows of Bob's box after the commands, changed as a store does it; and what the last of them makes the service do. */
function play(...commands: readonly BoxCommand[]) {
  const events: BoxEvent[] = [];
  const rows = new Map<string, ObjectRow>();
  let reactions: readonly Reaction[] = [];
  for (const command of commands) {
    const decided = box.decide(command, fold(box, events));
    events.push(...decided);
    reactions = decided.flatMap((event) => boxAggregate.react(event, fold(box, events), { now: NOW, policy: undefined as never, id: bob, view: undefined, open: [] }));
    for (const reaction of reactions) {
      if (reaction.kind !== 'row') continue;
      const row = rows.get(reaction.id) ?? (reaction.insert as ObjectRow | undefined);
      if (reaction.erase && row && row.modSeq <= (reaction.number?.value ?? Infinity)) rows.delete(reaction.id);
      else if (row) rows.set(reaction.id, reaction.number && row.modSeq < reaction.number.value ? { ...row, ...reaction.set, modSeq: reaction.number.value } : row);
    }
  }
  const object = (id: string) => rows.get(`${bob}|${id}`);
  const frames = reactions.flatMap((reaction) => (reaction.kind === 'publish' ? [reaction.payload as { type: string; data: object }] : []));
  return { events, rows, object, frames, state: fold(box, events) };
}

function attribute(row: ObjectRow | undefined, name: string): readonly string[] | undefined {
  return nmsObject(row!, { folders: {}, baseUrl: 'http://x' }).attributes.attribute.find((each) => each.name === name)?.value;
}

requirement('CPM-MLD-016', () => {
  it('keeps the history of a session as an object that is no message and needs no reading', () => {
    const row = play(keep({ members: joined })).object('session-s1-1')!;
    expect(row).toMatchObject({ context: 'session-info', contentType: 'application/x-cpm-session', dir: 'In', folder: '/main/c1', from: alice, to: [bob, odd], date: NOW, flags: ['\\Seen'], modSeq: 1 });
    expect(row.text).toBe('<?xml version="1.0" encoding="UTF-8"?><session><session-type>Group</session-type>'
      + '<invited-participants>tel:+4915110000001;tel:+4915120000002;sip:o&apos;neil&amp;co@example.com</invited-participants></session>');
    const shown = { 'X-CPM-Session-Start': ['2026-01-05T12:00:00.000Z'], Subject: ['Trip'], 'Conversation-ID': ['c1'], 'Contribution-ID': ['x1'], 'participating-device': [phone] };
    for (const [name, value] of Object.entries(shown)) expect([name, attribute(row, name)]).toEqual([name, value]);
    expect(attribute(row, 'X-CPM-Participant')).toContain(`${bob} joined 2026-01-05T12:00:00.000Z`);
    expect(attribute(row, 'X-CPM-Session-End')).toBeUndefined();
  });

  it('shows when, why and with which devices it was', () => {
    const end = keep({ revision: 2, status: 'ended', ended: { at: NOW + 60_000, reason: 'inactivity' }, devices: [{ device: phone, joinedAt: NOW, leftAt: NOW + 30_000 }, { device: laptop, joinedAt: NOW + 30_000 }] });
    const row = play(keep(), end).object('session-s1-1');
    expect([attribute(row, 'X-CPM-Session-End'), attribute(row, 'X-CPM-Session-Reason')]).toEqual([['2026-01-05T12:01:00.000Z'], ['inactivity']]);
    expect(attribute(row, 'participating-device')).toEqual([phone, laptop]);
    expect(attribute(row, 'X-CPM-Session-Devices')).toEqual([`${phone} 2026-01-05T12:00:00.000Z/2026-01-05T12:00:30.000Z`, `${laptop} 2026-01-05T12:00:30.000Z/..`]);
  });

  it('is out for who started it, in the folder of the other of two', () => {
    const two = { ...session, creator: bob, kind: 'one-to-one' as const, participants: [bob, alice] };
    const { rows, object } = play(keep({ session: two, from: bob }));
    expect(object('session-s1-1')).toMatchObject({ dir: 'Out', from: bob, to: [alice], folder: `/main/${alice}`, text: expect.stringContaining('<session-type>One-to-one<') });
    expect([rows.size, attribute(object('session-s1-1'), 'X-CPM-Delivered')]).toEqual([1, undefined]);
  });

  it('keeps one group state, with who belongs to the group now', () => {
    const left = joined.map((member) => (member.address === odd ? { ...member, status: 'left' as const } : member));
    const { rows, object } = play(keep(), keep({ revision: 2, members: joined }), keep({ generation: 2, revision: 1, at: NOW + 1000 }), keep({ generation: 2, revision: 2, members: left, at: NOW + 2000 }));
    expect([...rows.keys()].sort()).toEqual(['group-s1', 'session-s1-1', 'session-s1-2'].map((id) => `${bob}|${id}`));
    expect(object('group-s1')).toMatchObject({ context: 'group-state', contentType: 'application/group-state-object+xml', dir: 'In', folder: '/main/c1', flags: ['\\Seen'], date: NOW + 2000, contributionId: 'x1' });
    expect(object('group-s1')!.text).toBe('<?xml version="1.0" encoding="UTF-8"?><groupstate timestamp="2026-01-05T12:00:02.000Z" lastfocussessionid="s1" group-type="Open">'
      + '<participant name="+4915110000001" comm-addr="tel:+4915110000001"/><participant name="+4915120000002" comm-addr="tel:+4915120000002"/></groupstate>');
  });

  it('escapes what addresses may hold, and says of a closed group that it is closed', () => {
    const text = play(keep({ session: { ...session, kind: 'closed-group' }, members: joined })).object('group-s1')!.text;
    expect(text).toContain('group-type="Closed"');
    expect(text).toContain('<participant name="o&apos;neil&amp;co@example.com" comm-addr="sip:o&apos;neil&amp;co@example.com"/>');
  });

  it('has no group state of an invitation that was declined', () => {
    expect([...play(keep({ status: 'declined', ended: { at: NOW, reason: 'rejected' }, devices: [] })).rows.keys()]).toEqual([`${bob}|session-s1-1`]);
  });
});

requirement('CPM-MLD-017', () => {
  it('numbers each object\'s change, and tells the other devices once', () => {
    const { object, frames } = play(owner(phone, laptop), keep(), keep({ revision: 2, members: joined }));
    expect([object('session-s1-1')!.modSeq, object('group-s1')!.modSeq]).toEqual([3, 4]);
    expect(frames).toMatchObject([{ type: 'store.changed', data: { lastModSeq: 4 } }]);
  });

  it('tells the only device of a user nothing', () => expect(play(owner(phone), keep()).frames).toEqual([]));

  it('keeps removed the history that the user removed, whatever becomes of the session', () => {
    const { object, state } = play(keep(), remove('session-s1-1'), keep({ revision: 2, members: joined }), keep({ revision: 3, status: 'ended', ended: { at: NOW, reason: 'left' } }));
    expect(object('session-s1-1')).toMatchObject({ deleted: true, text: undefined, modSeq: 3 });
    expect(state.modSeq).toBe(4);
  });

  it('brings a removed group back with what becomes of its members next, while he takes part', () => {
    const ended = keep({ revision: 3, status: 'ended', ended: { at: NOW, reason: 'inactivity' }, members: joined });
    expect(play(keep(), remove('group-s1'), ended).object('group-s1')).toMatchObject({ deleted: true });
    const rests = [keep(), remove('group-s1'), ended, keep({ generation: 2 })];
    expect(play(...rests).object('group-s1')).toMatchObject({ deleted: true });
    const back = play(...rests, keep({ generation: 2, revision: 2, members: joined }));
    expect(back.object('group-s1')).toMatchObject({ deleted: false, folder: '/main/c1', text: expect.stringContaining(odd.slice(-11)), attributes: [{ name: 'Subject', value: ['Trip'] }] });
    expect(back.object('group-s1')!.born).toBe(back.state.modSeq);
    expect(back.state.removedSessions).toEqual([]);
  });

  it('keeps a group that came back while a sweep forgot what was removed', () => {
    const swept: BoxCommand = { type: 'EndSweep', swept: { user: bob, sweep: 1, tombstones: [{ objectId: 'group-s1', modSeq: 3 }], usage: { objects: 0, bytes: 0 }, at: NOW }, ...timed };
    const forgetting = [keep(), remove('group-s1'), { type: 'WaitOver', timer: 'sweep', ...timed } as const];
    expect(play(...forgetting, swept).object('group-s1')).toBeUndefined();
    expect(play(...forgetting, keep({ generation: 2 }), keep({ generation: 2, revision: 2, members: joined }), swept).object('group-s1')).toMatchObject({ deleted: false });
  });

  it('remembers the last hundred removed objects of sessions, and no others', () => {
    const { removedSessions } = play(...Array.from({ length: 120 }, (_, at) => remove(`session-s${at}-1`, `in-m${at}`))).state;
    expect([removedSessions.length, removedSessions[0], removedSessions.at(-1)]).toEqual([100, 'session-s20-1', 'session-s119-1']);
  });
});

describe('the size of a box', () => {
  it('grows by an object only when there is a new one', () => {
    const grown = (...commands: readonly BoxCommand[]) => play(...commands).state.sweep.usage.objects;
    expect(grown(keep())).toBe(2);
    expect(grown(keep(), keep({ revision: 2, members: joined }))).toBe(2);
    expect(grown(keep(), keep({ generation: 2 }), keep({ generation: 2, revision: 2, members: joined }))).toBe(3);
  });
});
