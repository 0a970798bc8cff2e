import type { Decider } from '@cpm/runtime-decider';
import type { Access, AccessCommand, AccessEvent, KnowDevices, KnownDevice, Observe, Occasion, Restate } from './access.js';
import { NOTHING_KNOWN } from './access.js';
import { isOutdated, withVersion } from './document-versions.js';
import type { Evidence, Subject } from './evidence.js';
import { SIM, attributeToSim, boundUnknown, isOlder, record, underPolicy } from './evidence.js';
import type { Cause } from './judgement.js';
import { judge } from './judgement.js';
import { asRestated, isRestated, restate } from './restatement.js';
import { nextExpiry } from './timers.js';
import { newWatch } from '../network-subscription/watch-primary.js';

const MAX_RECENT = 20;

export const accessDecider: Decider<AccessCommand, Access, AccessEvent> = {
  initial: NOTHING_KNOWN,

  decide(command, state) {
    const events = decided(command, state);
    const watch = events.length > 0 ? newWatch(events.reduce((now, event) => accessDecider.evolve(now, event), state), command.policy) : undefined;
    return watch ? [...events, { type: 'WatchChanged', watch }] : events;
  },

  evolve(state, event) {
    switch (event.type) {
      case 'EvidenceRecorded': return { ...state, judgedAt: event.at, book: kept(state, record(state.book, event.evidence, event.at)) };
      case 'EvidenceRestated': return { ...state, judgedAt: event.at, book: restate(state.book, event.restatement) };
      case 'DevicesKnown': return withDevices(state, event);
      case 'SubscriberForgotten': return { ...NOTHING_KNOWN, version: event.version, judgedAt: state.judgedAt };
      case 'TimePassed': return { ...state, judgedAt: event.at };
      case 'WatchChanged': return { ...state, watch: event.watch };
      case 'IpPreferenceChanged': return { ...state, preference: event.preference };
      case 'DeviceAccessChanged': return withChange(state, event);
      case 'DocumentRead': return { ...state, documents: withVersion(state.documents ?? [], event.document) };
      case 'EvidenceIgnored': return state;
    }
  },
};

function decided(command: AccessCommand, state: Access): readonly AccessEvent[] {
  const now = Math.max(command.now, state.judgedAt);
  const { policy } = command;
  switch (command.type) {
    case 'Observe': return observe(command, state, { now, policy });
    case 'Restate': return restateAll(command, state, { now, policy });
    case 'KnowDevices': return knowDevices(command, state, { now, policy });
    case 'Elapse': {
      const isDue = [state.preference.hold?.until, nextExpiry(state)].some((due) => due !== undefined && due <= now);
      return isDue ? andJudged(state, { type: 'TimePassed', at: now }, { now, policy, by: 'time' }) : [];
    }
  }
}

/** A clock that is ahead locks nothing: what was observed in the future was observed now. */
function observe({ evidence: said, documentVersion }: Observe, state: Access, { now, policy }: Occasion): readonly AccessEvent[] {
  const evidence: Evidence = underPolicy({ ...said, subject: subjectOf(said, state), observedAt: Math.min(said.observedAt, now) }, policy);
  const read = documentRead(documentVersion, evidence.source, evidence.observedAt);
  if (isOlder(state.book, evidence) || isFromOutdated(state, read)) return [{ type: 'EvidenceIgnored', reason: 'older', evidence }];
  const current = asRestated(evidence, state.book);
  return [...read, ...andJudged(state, { type: 'EvidenceRecorded', evidence: current, at: now }, { now, policy, by: current })];
}

/** What a source restated before the last time says nothing any more. */
function restateAll({ restatement: said, documentVersion }: Restate, state: Access, { now, policy }: Occasion): readonly AccessEvent[] {
  const restatement = { ...said, at: Math.min(said.at, now), staleAfterMs: policy['access.staleAfterSec'] * 1000 };
  const read = documentRead(documentVersion, restatement.source, restatement.at);
  if (isRestated(state.book, restatement) || isFromOutdated(state, read)) return [];
  return [...read, ...andJudged(state, { type: 'EvidenceRestated', restatement, at: now }, { now, policy, by: 'restatement' })];
}

type DocumentRead = Extract<AccessEvent, { type: 'DocumentRead' }>;

function documentRead(version: number | undefined, source: string, at: number): readonly DocumentRead[] {
  return version === undefined ? [] : [{ type: 'DocumentRead', document: { source, version, at } }];
}

function isFromOutdated({ documents = [] }: Access, read: readonly DocumentRead[]): boolean {
  return read.some(({ document }) => isOutdated(documents, document));
}

function knowDevices({ version, removed, devices }: KnowDevices, state: Access, { now, policy }: Occasion): readonly AccessEvent[] {
  if (version <= state.version) return [];
  if (removed) return [{ type: 'SubscriberForgotten', version }];
  return andJudged(state, { type: 'DevicesKnown', version, devices, at: now }, { now, policy, by: 'devices' });
}

function andJudged(state: Access, event: AccessEvent, cause: Cause): readonly AccessEvent[] {
  return [event, ...judge(accessDecider.evolve(state, event), cause)];
}

/** What is said of the CS of the Primary is said of the SIM, whichever name it was called by. */
function subjectOf({ subject, access }: Evidence, { devices }: Access): Subject {
  return access === 'CS' && devices.some(({ id, role }) => id === subject && role === 'primary') ? SIM : subject;
}

function withDevices(state: Access, { version, devices, at }: Extract<AccessEvent, { type: 'DevicesKnown' }>): Access {
  const primary = devices.find(({ role }) => role === 'primary');
  const book = primary ? attributeToSim(state.book, primary.id, at) : state.book;
  const known = devices.map(({ id, role }): KnownDevice => {
    const before = state.devices.find((device) => device.id === id);
    return before ? { ...before, role } : { id, role, ip: 'UNKNOWN', cs: 'UNKNOWN' };
  });
  const next: Access = { ...state, version, judgedAt: at, devices: known };
  return { ...next, book: kept(next, book) };
}

function withChange(state: Access, { type: _, ...change }: Extract<AccessEvent, { type: 'DeviceAccessChanged' }>): Access {
  const { device: id, ip, cs, holdUntil } = change;
  return {
    ...state,
    devices: state.devices.map((device) =>
      device.id === id ? { id, role: device.role, ip, cs, ...(holdUntil !== undefined && { holdUntil }) } : device),
    recent: [...state.recent, change].slice(-MAX_RECENT),
  };
}

function kept({ devices }: Access, book: Access['book']): Access['book'] {
  return boundUnknown(book, (subject) => subject === SIM || devices.some(({ id }) => id === subject));
}
