import { timestamp, type SessionMember } from '@cpm/vocabulary';
import type { KeepSession, NewObject } from '@cpm/contracts-message-store-sync';
import type { RowFields } from '@cpm/runtime-decider';
import { conversationFolder } from './folders.js';
import type { ObjectRow } from './object-row.js';
import { element, xmlDocument } from './xml.js';

export const SESSION_CONTEXT = 'session-info';
export const GROUP_CONTEXT = 'group-state';

/** An object that is made once and changes later: `changes` is what may have become of it. */
export interface KeptRow {
  readonly row: ObjectRow;
  readonly changes: RowFields;
}

type Round = Pick<KeepSession, 'session' | 'generation'>;

/** Each round of a session is an object of its own. */
export function sessionObjectId({ session, generation }: Round): string {
  return `session-${session.id}-${generation}`;
}

/** One per group for its life. By the session's id, which nobody but its creator can start: a Contribution-ID can be given to another group. */
export function groupObjectId({ session }: Pick<KeepSession, 'session'>): string {
  return `group-${session.id}`;
}

export function isSessionObject(objectId: string): boolean {
  return /^(session|group)-/.test(objectId);
}

/** The members as told; before the first telling, as the invitation has them. */
function membersOf({ members, session, from, user, status, startedAt: since }: KeepSession): readonly SessionMember[] {
  if (members) return members;
  const own = status === 'ended' ? 'joined' : status;
  return session.participants.map((address) => ({ address, status: address === user ? own : address === from ? 'joined' : 'invited', since }));
}

/** The history of one round: who was invited and took part, with which of the user's devices, from when to when. */
export function sessionRow(kept: KeepSession, modSeq: number): KeptRow {
  const { user, session, from, startedAt, members } = kept;
  const oid = sessionObjectId(kept);
  const text = xmlDocument(element('session', {}, [
    element('session-type', {}, session.kind === 'one-to-one' ? 'One-to-one' : 'Group'),
    element('invited-participants', {}, session.participants.join(';')),
  ]));
  const participants = membersOf(kept).map(({ address, status, since }) => `${address} ${status} ${timestamp(since)}`);
  const changes = { attributes: attributesOf(kept), devices: kept.devices.map(({ device }) => device), ...(members && { participants }) };
  const to = session.participants.filter((address) => address !== from);
  const row: ObjectRow = {
    ...common(kept, modSeq), oid, messageId: oid, context: SESSION_CONTEXT, contentType: 'application/x-cpm-session',
    dir: from === user ? 'Out' : 'In', from, to, date: startedAt, text, size: text.length, ...changes, participants,
  };
  return { row, changes };
}

/** A group as it stands: by it a device that was not there at the start can bring it together again. `revived`: it was removed. */
export function groupRow(kept: KeepSession, modSeq: number, { revived }: { readonly revived: boolean } = { revived: false }): KeptRow {
  const { user, session, at } = kept;
  const oid = groupObjectId(kept);
  const belonging = membersOf(kept).filter(({ status }) => status !== 'left' && status !== 'declined');
  const head = { timestamp: timestamp(at), lastfocussessionid: session.id, 'group-type': session.kind === 'closed-group' ? 'Closed' : 'Open' };
  const text = xmlDocument(element('groupstate', head, belonging.map(({ address }) => element('participant', { name: address.replace(/^\w+:/, ''), 'comm-addr': address }))));
  const changes = { date: at, text, size: text.length };
  const to = session.participants.filter((address) => address !== session.creator);
  const row: ObjectRow = {
    ...common(kept, modSeq), oid, messageId: oid, context: GROUP_CONTEXT, contentType: 'application/group-state-object+xml',
    dir: session.creator === user ? 'Out' : 'In', from: session.creator, to, attributes: subjectOf(kept), ...changes,
  };
  const { folder, attributes, born } = row;
  return { row, changes: revived ? { ...changes, folder, attributes, born, deleted: false, removedAs: undefined, removedAt: undefined } : changes };
}

/** Nobody has to read it. */
function common({ user, session: { kind, conversationId, contributionId, participants } }: KeepSession, modSeq: number) {
  const party = kind === 'one-to-one' ? (participants.find((address) => address !== user) ?? user) : conversationId;
  return { u: user, modSeq, born: modSeq, folder: conversationFolder(party), conversationId, contributionId, requested: [], flags: ['\\Seen'], dispositions: [], deleted: false };
}

function subjectOf({ session: { subject } }: KeepSession): NewObject['attributes'] {
  return subject === undefined ? [] : [{ name: 'Subject', value: [subject] }];
}

/** Of each device an ISO 8601 interval, open while it takes part. */
function attributesOf(kept: KeepSession): NewObject['attributes'] {
  const { startedAt, ended, devices } = kept;
  return [
    ...subjectOf(kept),
    { name: 'X-CPM-Session-Start', value: [timestamp(startedAt)] },
    ...(ended ? [{ name: 'X-CPM-Session-End', value: [timestamp(ended.at)] }, { name: 'X-CPM-Session-Reason', value: [ended.reason] }] : []),
    ...(devices.length > 0 ? [{ name: 'X-CPM-Session-Devices', value: devices.map(({ device, joinedAt, leftAt }) => `${device} ${timestamp(joinedAt)}/${leftAt === undefined ? '..' : timestamp(leftAt)}`) }] : []),
  ];
}
