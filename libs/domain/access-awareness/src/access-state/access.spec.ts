import { requirement } from '@cpm/runtime-decider';
import { DEFAULT_POLICY, timestamp } from '@cpm/vocabulary';
import { accessDecider } from './access.decider.js';
import { accessView } from './access-view.js';
import { NEW_PHONE, PHONE, Reachability, TABLET, connection, cs, evidence, seconds } from './access.fixture.js';
import { SIM } from './evidence.js';
import { accessTimers } from './timers.js';

requirement('CPM-MLD-035', () => {
  it('ignores what is older than the last word of the same source', () => {
    const reachability = new Reachability().know().say(connection(10)).say(connection(5, 'UNAVAILABLE'), 6);
    expect(reachability.events.at(-1)).toMatchObject({ type: 'EvidenceIgnored', reason: 'older' });
    expect(reachability.linesOf(PHONE)).toEqual(['10 ip-available AVAILABLE UNKNOWN']);
  });

  it('tells nothing when nothing changed: a lease that is renewed', () => {
    const reachability = new Reachability().know().say(connection(1, 'AVAILABLE', { until: 31 })).say(connection(16, 'AVAILABLE', { until: 46 }));
    expect(reachability.linesOf(PHONE)).toEqual(['1 ip-available AVAILABLE UNKNOWN']);
    expect(accessTimers(reachability.state)).toEqual({ expiry: seconds(46) });
  });

  it('tells when evidence runs out', () =>
    expect(new Reachability().know().say(connection(1, 'AVAILABLE', { subject: TABLET, until: 31 })).until(60).linesOf(TABLET)).toEqual([
      '1 ip-available AVAILABLE UNKNOWN', '31 evidence-expired UNAVAILABLE UNKNOWN',
    ]));

  it('does nothing when a timer fires late, early, or twice', () => {
    const over = new Reachability().know().say(connection(0, 'UNAVAILABLE')).say(cs(1, 'AVAILABLE')).say(connection(2));
    const before = over.events.length;
    expect(over.until(16).elapse().elapse().events).toHaveLength(before);
    const early = new Reachability().know().say(connection(0, 'UNAVAILABLE')).say(cs(1, 'AVAILABLE'));
    expect(early.elapse().linesOf(PHONE)).toHaveLength(2);
  });

  it('is not locked by evidence that claims to be from the future', () => {
    const ahead = { ...connection(10), observedAt: seconds(5000) };
    const reachability = new Reachability().know().say(ahead, -4990).say(connection(20, 'UNAVAILABLE'));
    expect(reachability.linesOf(PHONE).at(-1)).toContain('20 ip-lost');
  });

  it('does not revive a lease when a record carries an earlier time than the one before', () => {
    const { state } = new Reachability().know().say(connection(1, 'AVAILABLE', { until: 31 })).until(40);
    const late = accessDecider.decide({ type: 'Observe', evidence: cs(30, 'AVAILABLE'), now: seconds(30), policy: DEFAULT_POLICY }, state);
    expect(late).toMatchObject([{ type: 'EvidenceRecorded', at: seconds(31) }, { type: 'DeviceAccessChanged', ip: 'UNAVAILABLE', cs: 'AVAILABLE' }]);
  });

  it('opens and closes connections one by one', () => {
    const two = new Reachability().know().say(connection(1)).say(connection(2, 'AVAILABLE', { source: 'connection/2' })).say(connection(3, 'UNAVAILABLE'));
    expect(two.linesOf(PHONE)).toEqual(['1 ip-available AVAILABLE UNKNOWN']);
    expect(two.say(connection(4, 'UNAVAILABLE', { source: 'connection/2' })).linesOf(PHONE)).toHaveLength(2);
  });

  it('remembers at most 16 connections, the living ones first, and is not deceived by forgotten ones', () => {
    const reachability = new Reachability().know().say(connection(0, 'AVAILABLE', { source: 'connection/living' }));
    for (let number = 1; number <= 100; number += 1) reachability.say(connection(number, 'UNAVAILABLE', { source: `connection/${number}` }));
    expect(reachability.state.book.entries).toHaveLength(16);
    expect(reachability.state.book.entries.map(({ source }) => source)).toContain('connection/living');
    reachability.say(connection(2.5, 'AVAILABLE', { source: 'connection/3' }), 98);
    expect(reachability.events.at(-1)?.type).toBe('EvidenceIgnored');
    expect(reachability.say(connection(200, 'UNAVAILABLE', { source: 'connection/living' })).linesOf(PHONE).at(-1)).toContain('ip-lost');
  });
});

requirement('CPM-MLD-027', () => {
  const swapped = [{ id: NEW_PHONE, role: 'primary' }, { id: PHONE, role: 'secondary' }] as const;

  it('takes evidence without a device for the Primary, also from before the subscriber was known', () => {
    const reachability = new Reachability().say(connection(1)).say(cs(2, 'AVAILABLE')).until(3);
    expect(reachability.told).toEqual([]);
    expect(reachability.know().linesOf(PHONE)).toEqual(['3 devices-changed AVAILABLE AVAILABLE']);
  });

  it('moves the CS of the SIM to the new Primary, and the connections not', () => {
    const reachability = new Reachability().know().say(connection(1)).say(cs(2, 'AVAILABLE')).until(100).know(swapped);
    expect(reachability.linesOf(NEW_PHONE)).toEqual(['100 devices-changed UNKNOWN AVAILABLE']);
    expect(reachability.linesOf(PHONE).at(-1)).toBe('100 devices-changed AVAILABLE UNKNOWN');
  });

  it('counts what was said of the CS by the device id of the Primary as said of the SIM', () => {
    const named = new Reachability().say(cs(1, 'AVAILABLE', { subject: PHONE })).until(100).know();
    expect(named.linesOf(PHONE)).toEqual(['100 devices-changed UNKNOWN AVAILABLE']);
    named.say(cs(101, 'UNAVAILABLE', { subject: PHONE, source: 'smpp-receipt' })).know(swapped);
    expect(named.linesOf(NEW_PHONE)).toEqual(['101 devices-changed UNKNOWN UNAVAILABLE']);
    expect(named.state.book.entries.map(({ subject }) => subject)).toEqual([SIM, SIM]);
  });

  it('keeps the newer word when both names were used', () => {
    const both = new Reachability().say(cs(1, 'AVAILABLE', { subject: PHONE })).say(cs(2, 'UNAVAILABLE')).know();
    expect(both.linesOf(PHONE)).toEqual(['2 devices-changed UNKNOWN UNAVAILABLE']);
  });
});

describe('access of devices that come and go', () => {
  it('tells nothing of a device the user does not have, until he has it', () => {
    const reachability = new Reachability().know([{ id: PHONE, role: 'primary' }]).say(connection(1, 'AVAILABLE', { subject: TABLET }));
    expect(reachability.told).toEqual([]);
    expect(accessTimers(reachability.say(connection(2, 'AVAILABLE', { subject: TABLET, until: 9 })).state)).toEqual({});
    expect(reachability.know().linesOf(TABLET)).toEqual(['2 devices-changed AVAILABLE UNKNOWN']);
  });

  it('tells again what it knows of a device that was removed and comes back', () => {
    const reachability = new Reachability().know().say(connection(1, 'AVAILABLE', { subject: TABLET })).know([{ id: PHONE, role: 'primary' }]).know();
    expect(reachability.linesOf(TABLET)).toEqual(['1 ip-available AVAILABLE UNKNOWN', '1 devices-changed AVAILABLE UNKNOWN']);
  });

  it('forgets a removed subscriber, and ignores older snapshots', () => {
    const reachability = new Reachability().know().say(connection(1)).say(cs(2, 'AVAILABLE')).know([], true);
    expect(reachability.state).toMatchObject({ version: 2, devices: [], book: { entries: [], forgotten: [] }, preference: {}, recent: [] });
    expect(accessTimers(reachability.state)).toEqual({});
    const older = { type: 'KnowDevices', version: 1, removed: false, devices: [{ id: PHONE, role: 'primary' }], now: seconds(9), policy: DEFAULT_POLICY } as const;
    expect(accessDecider.decide(older, reachability.state)).toEqual([]);
  });

  it('keeps what 8 unknown devices said last', () => {
    const reachability = new Reachability();
    for (let number = 10; number < 30; number += 1) reachability.say(connection(number, 'AVAILABLE', { subject: `urn:uuid:${number}` as typeof TABLET }));
    expect(reachability.state.book.entries.map(({ subject }) => subject)).toEqual([...Array(8).keys()].map((index) => `urn:uuid:${index + 22}`));
  });
});

describe('the view of an operator', () => {
  it('shows the access now, the evidence for it and the last changes', () => {
    const reachability = new Reachability().know().say(cs(1, 'AVAILABLE', { until: 41, cause: 'alert' }));
    expect(accessView(reachability.state, seconds(2))).toEqual({
      devices: [
        {
          id: PHONE, role: 'primary', ip: 'UNKNOWN', cs: 'AVAILABLE', holdUntil: timestamp(seconds(16)),
          evidence: [{
            access: 'CS', source: 'smpp-alert', state: 'AVAILABLE', confidence: 'DELIVERABLE',
            observedAt: timestamp(seconds(1)), validUntil: timestamp(seconds(41)), expired: false, cause: 'alert',
          }],
        },
        { id: TABLET, role: 'secondary', ip: 'UNKNOWN', cs: 'UNKNOWN', evidence: [] },
      ],
      recent: [{
        at: timestamp(seconds(1)), device: PHONE, ip: 'UNKNOWN', cs: 'AVAILABLE', holdUntil: timestamp(seconds(16)),
        reason: 'ip-preference-hold-started', source: 'smpp-alert', cause: 'alert',
      }],
    });
    expect(accessView(reachability.state, seconds(50)).devices[0]).toMatchObject({ cs: 'UNKNOWN', evidence: [{ expired: true }] });
    expect(accessView(reachability.state, seconds(50)).devices[0]).not.toHaveProperty('holdUntil');
  });

  it('keeps the last 20 changes', () => {
    const reachability = new Reachability().know();
    for (let second = 1; second <= 30; second += 1) reachability.say(evidence({ at: second, subject: TABLET, state: second % 2 ? 'AVAILABLE' : 'UNAVAILABLE' }));
    expect(accessView(reachability.state, seconds(60)).recent.map(({ at }) => at)).toEqual([...Array(20).keys()].map((index) => timestamp(seconds(30 - index))));
  });
});
