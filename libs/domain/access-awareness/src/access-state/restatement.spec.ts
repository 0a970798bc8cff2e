import { requirement } from '@cpm/runtime-decider';
import { DEFAULT_POLICY, type AccessState } from '@cpm/vocabulary';
import fc from 'fast-check';
import { cs, evidence, PHONE, Reachability, seconds, TABLET } from './access.fixture.js';
import { accessView } from './access-view.js';
import type { Evidence } from './evidence.js';
import type { Restatement } from './restatement.js';

const registered = (device: Evidence['subject'], at: number, more = {}) => evidence({ subject: device, source: 'reginfo', at, ...more });
const restatement = (at: number, more: Partial<Restatement> = {}): Restatement => ({ source: 'reginfo', at: seconds(at), except: [], ...more });
const accessOf = ({ state }: Reachability) => Object.fromEntries(state.devices.map(({ id, ip, cs: csState }) => [id, `${ip} ${csState}`]));

requirement('CPM-MLD-035', () => {
  it('ends the registrations that a full document does not name, and no others', () => {
    const reachability = new Reachability().know()
      .say(registered(PHONE, 1)).say(registered(TABLET, 2)).say(registered(TABLET, 3, { source: 'other', state: 'UNKNOWN', confidence: 'HINT' }))
      .until(5).restate(restatement(5, { except: [PHONE], state: 'UNAVAILABLE' }));
    expect(accessOf(reachability)).toEqual({ [PHONE]: 'AVAILABLE UNKNOWN', [TABLET]: 'UNAVAILABLE UNKNOWN' });
    expect(reachability.told.at(-1)).toMatchObject({ device: TABLET, reason: 'evidence-restated' });
    reachability.say(registered(TABLET, 6));
    expect(accessOf(reachability)[TABLET]).toBe('AVAILABLE UNKNOWN');
  });

  it('ends what a source said when its subscription has, and nothing that it says afterwards', () => {
    const reachability = new Reachability().know().say(cs(1, 'AVAILABLE', { source: 'camara' })).until(5)
      .restate(restatement(5, { source: 'camara', validUntil: seconds(20) })).restate(restatement(5, { source: 'camara', validUntil: seconds(40) }));
    expect(accessOf(reachability.until(19))[PHONE]).toBe('UNKNOWN AVAILABLE');
    expect(accessOf(reachability.until(20))[PHONE]).toBe('UNKNOWN UNKNOWN');
    expect(accessOf(reachability.say(cs(21, 'UNAVAILABLE', { source: 'camara' })).until(60))[PHONE]).toBe('UNKNOWN UNAVAILABLE');
  });

  it('confirms without changing anything, and is seen by operators', () => {
    const reachability = new Reachability().know().say(cs(1, 'AVAILABLE', { source: 'nudm-ee' })).say(cs(2, 'AVAILABLE', { source: 't8' }));
    const before = reachability.told.length;
    reachability.until(5).restate(restatement(5, { source: 'nudm-ee' }));
    expect(reachability.told).toHaveLength(before);
    const { evidence: seen } = accessView(reachability.state, seconds(6)).devices[0]!;
    expect(seen.map(({ source, observedAt, confirmedAt }) => [source, observedAt, confirmedAt])).toEqual([
      ['t8', new Date(seconds(2)).toISOString(), undefined], ['nudm-ee', new Date(seconds(1)).toISOString(), new Date(seconds(5)).toISOString()],
    ]);
  });

  it('lets a source be believed longer that stands by its words, and revives none that is believed no more', () => {
    const policy = { ...DEFAULT_POLICY, 'access.staleAfterSec': 10 };
    const confirmed = (at: number) => new Reachability(policy).know().say(cs(1, 'AVAILABLE', { source: 'nudm-ee' })).until(at).restate(restatement(at, { source: 'nudm-ee' }));
    expect([18, 19].map((second) => accessOf(confirmed(9).until(second))[PHONE])).toEqual(['UNKNOWN AVAILABLE', 'UNKNOWN UNKNOWN']);
    expect(accessOf(confirmed(11).until(12))[PHONE]).toBe('UNKNOWN UNKNOWN');
  });

  it('replaces by a word that is believed as long as any', () => {
    const reachability = new Reachability({ ...DEFAULT_POLICY, 'access.staleAfterSec': 10 }).know().say(registered(TABLET, 1, { until: 600 }))
      .until(5).restate(restatement(5, { state: 'UNAVAILABLE' }));
    expect([14, 15].map((second) => accessOf(reachability.until(second))[TABLET])).toEqual(['UNAVAILABLE UNKNOWN', 'UNKNOWN UNKNOWN']);
  });

  it('is not undone by an older document of the same subscription that is sent again, and begins anew with the next', () => {
    const two = new Reachability().know().say(registered(PHONE, 1), 0, 4).say(registered(PHONE, 2, { state: 'UNAVAILABLE' }), 0, 5);
    const ip = (reachability: Reachability) => accessOf(reachability)[PHONE];
    expect(ip(two.say(registered(PHONE, 3), 0, 4))).toBe('UNAVAILABLE UNKNOWN');
    expect(two.events.at(-1)).toMatchObject({ type: 'EvidenceIgnored' });
    expect(ip(two.say(registered(PHONE, 4), 0, 5))).toBe('AVAILABLE UNKNOWN');
    two.until(5).restate(restatement(5, { state: 'UNAVAILABLE' }), 4);
    expect(ip(two)).toBe('AVAILABLE UNKNOWN');
    two.restate(restatement(5, { state: 'UNAVAILABLE' }), 6);
    expect(ip(two.say(registered(PHONE, 6), 0, 0))).toBe('AVAILABLE UNKNOWN');
    expect(ip(two.say(registered(PHONE, 7, { state: 'UNAVAILABLE' }), 0, 1))).toBe('UNAVAILABLE UNKNOWN');
    two.say(registered(PHONE, 8), 0, 60);
    expect(ip(two.say(registered(PHONE, 307, { state: 'UNAVAILABLE' }), 0, 3))).toBe('AVAILABLE UNKNOWN');
    expect(ip(two.say(registered(PHONE, 308, { state: 'UNAVAILABLE' }), 0, 3))).toBe('UNAVAILABLE UNKNOWN');
    expect(ip(two.say(registered(PHONE, 309), 0))).toBe('AVAILABLE UNKNOWN');
  });

  it('is not undone by an older restatement that comes late, nor by one from the future', () => {
    const reachability = new Reachability().know().say(registered(PHONE, 1)).until(9).restate(restatement(9, { except: [PHONE], state: 'UNAVAILABLE' }));
    expect(accessOf(reachability.restate(restatement(5, { state: 'UNAVAILABLE' })))[PHONE]).toBe('AVAILABLE UNKNOWN');
    expect(accessOf(reachability.restate(restatement(99, { state: 'UNAVAILABLE' })).say(registered(PHONE, 10)))[PHONE]).toBe('AVAILABLE UNKNOWN');
  });

  const said = (second: number) => fc.record({
    subject: fc.constantFrom(PHONE, TABLET), access: fc.constantFrom('IP' as const, 'CS' as const), source: fc.constantFrom('reginfo', 'camara', 'nudm-ee', 't8'),
    state: fc.constantFrom<AccessState>('AVAILABLE', 'UNAVAILABLE', 'UNKNOWN'), confidence: fc.constantFrom('DELIVERABLE' as const, 'HINT' as const),
  // A registrar is always sure: what replaces all its words cannot be as sure as each of them.
  }).map((each) => evidence({ ...each, ...(each.source === 'reginfo' && { confidence: 'DELIVERABLE' as const }), at: second }));
  const restatements = fc.record({ reginfo: fc.integer({ min: 0, max: 24 }), camara: fc.integer({ min: 0, max: 24 }), nudm: fc.integer({ min: 0, max: 24 }) })
    .map(({ reginfo, camara, nudm }): Restatement[] => [
      restatement(reginfo + 0.5, { except: [PHONE], state: 'UNAVAILABLE' }),
      restatement(camara + 0.5, { source: 'camara', validUntil: seconds(40) }), restatement(nudm + 0.5, { source: 'nudm-ee' }),
    ]);
  const inTwoOrders = fc.tuple(fc.integer({ min: 1, max: 24 }), restatements)
    .chain(([count, restated]) => fc.tuple(...Array.from({ length: count }, (_, index) => said(index + 1))).map((words): (Evidence | Restatement)[] => [...words, ...restated]))
    .chain((all) => fc.tuple(fc.shuffledSubarray(all, { minLength: all.length }), fc.shuffledSubarray(all, { minLength: all.length })));

  it('ends in the same access whatever order words and restatements arrive in', () => fc.assert(fc.property(inTwoOrders, ([one, other]) => {
    const [first, second] = [one, other].map((order) => {
      const reachability = new Reachability({ ...DEFAULT_POLICY, 'access.staleAfterSec': 35 }).until(30).know();
      for (const each of order) if ('except' in each) reachability.restate(each); else reachability.say(each);
      return [30, 45].map((at) => accessOf(reachability.until(at)));
    });
    expect(second).toEqual(first);
  }), { numRuns: 1000 }));
});
