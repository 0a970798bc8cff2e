import { requirement } from '@cpm/runtime-decider';
import { DEFAULT_POLICY, timestamp, type Policy } from '@cpm/vocabulary';
import { accessView } from './access-view.js';
import { access } from './access.aggregate.js';
import { PHONE, Reachability, TABLET, connection, cs, evidence, seconds, type Said } from './access.fixture.js';

const policy = (change: Partial<Policy>): Policy => ({ ...DEFAULT_POLICY, ...change });
const believing = (staleAfterSec: number) => new Reachability(policy({ 'access.staleAfterSec': staleAfterSec, 'ip.preferenceSec': 0 })).know();
const hint = (at: number, state: 'AVAILABLE' | 'UNAVAILABLE', more: Partial<Said> = {}) => evidence({ subject: 'PRIMARY', source: 't8', confidence: 'HINT', ...more, at, state });
const told = (reachability: Reachability) => reachability.told.map(({ at, reason, source, cause, ip, cs: csState }) =>
  [(at - seconds(0)) / 1000, `${reason}${source === undefined ? '' : ` (${[source, cause].filter(Boolean).join(': ')})`}`, ip, csState].join(' '));

requirement('CPM-MLD-035', () => {
  it('believes a source that falls silent no more, and says whose word it was', () =>
    expect(told(believing(300).say(cs(10, 'UNAVAILABLE', { source: 'smpp-receipt', cause: 'absent-subscriber' })).until(1000))).toEqual([
      '10 cs-unavailable (smpp-receipt: absent-subscriber) UNKNOWN UNAVAILABLE', '310 source-silent (smpp-receipt: absent-subscriber) UNKNOWN UNKNOWN',
    ]));

  it('goes on believing a source that repeats its word', () =>
    expect(told(believing(300).say(cs(10, 'AVAILABLE')).say(cs(200, 'AVAILABLE')).until(499))).toHaveLength(1));

  it('does not fall back to what was said before a source that falls silent', () =>
    expect(told(believing(300).say(cs(10, 'AVAILABLE', { source: 't8', until: 900 })).say(cs(20, 'UNAVAILABLE')).until(899))).toEqual([
      '10 cs-available (t8) UNKNOWN AVAILABLE', '20 cs-unavailable (smpp-alert) UNKNOWN UNAVAILABLE', '320 source-silent (smpp-alert) UNKNOWN UNKNOWN',
    ]));

  it('believes for ever where the policy says 0', () => expect(told(believing(0).say(cs(10, 'AVAILABLE')).until(10_000_000))).toHaveLength(1));

  it('believes a connection by its lease, its end for ever, and whoever says for how long, for so long', () => {
    expect(told(believing(60).say(connection(10, 'AVAILABLE', { until: 400 })).until(399))).toHaveLength(1);
    expect(told(believing(60).say(connection(10)).until(9_999))).toEqual(['10 ip-available (connection/1) AVAILABLE UNKNOWN']);
    expect(told(believing(60).say(connection(10)).say(connection(20, 'UNAVAILABLE')).until(9_999))).toEqual(['10 ip-available (connection/1) AVAILABLE UNKNOWN', '20 ip-unavailable (connection/1) UNAVAILABLE UNKNOWN']);
    expect(told(believing(60).say(cs(10, 'AVAILABLE', { until: 400 })).until(999)).at(-1)).toBe('400 evidence-expired (smpp-alert) UNKNOWN UNKNOWN');
  });

  it('believes nobody for longer than a week because he says so', () =>
    expect(told(believing(0).say(cs(10, 'AVAILABLE', { until: 1e9 })).until(1e9)).at(-1)).toBe('604810 evidence-expired (smpp-alert) UNKNOWN UNKNOWN'));

  it('ends by the default policy what was stored without an end by the version before, and no connection', () => {
    const reachability = believing(0).say(cs(10, 'AVAILABLE')).say(connection(20, 'AVAILABLE', { until: 1e6 })).say(connection(30, 'AVAILABLE', { subject: TABLET })).until(40);
    const { isDated: _, ...before } = reachability.state;
    reachability.state = access.upgrade?.(before) ?? before;
    expect(access.upgrade?.(reachability.state)).toBe(reachability.state);
    expect(told(reachability.until(99_999)).slice(3)).toEqual(['21610 source-silent (smpp-alert) AVAILABLE UNKNOWN']);
    const late = believing(0).say(cs(10, 'AVAILABLE')).until(30_000).say(connection(30_000, 'AVAILABLE', { subject: TABLET }));
    const { isDated: _late, ...stored } = late.state;
    late.state = access.upgrade?.(stored) ?? stored;
    expect(told(late.until(30_001)).at(-1)).toBe('30000.001 source-silent (smpp-alert) UNKNOWN UNKNOWN');
  });

  it('counts the silence from when it was observed, however late it comes', () =>
    expect(told(believing(300).say(cs(10, 'AVAILABLE'), 400).until(999))).toEqual([]));

  it('applies a change of the policy to what is said later', () => {
    const reachability = believing(300).say(cs(10, 'AVAILABLE'));
    reachability.policy = policy({ 'access.staleAfterSec': 1000 });
    expect(told(reachability.say(hint(20, 'UNAVAILABLE')).until(1019)).at(-1)).toBe('310 source-silent (smpp-alert) UNAVAILABLE UNKNOWN');
    expect(told(reachability.until(1020)).at(-1)).toBe('1020 source-silent (t8) UNKNOWN UNKNOWN');
  });

  it('shows the operator until when a silent source is believed', () => {
    const { state } = believing(300).say(cs(10, 'AVAILABLE'));
    expect(accessView(state, seconds(20)).devices[0]?.evidence).toMatchObject([{ staleAt: timestamp(seconds(310)), expired: false }]);
    expect(accessView(state, seconds(311)).devices[0]).toMatchObject({ cs: 'UNKNOWN', evidence: [{ expired: true }] });
  });
});

requirement('CPM-MLD-035', () => {
  const trusting = () => new Reachability(policy({ 'ip.trustRadioHints': true })).know();

  it.each<[string, (reachability: Reachability) => Reachability, trusted: string, untrusted: string]>([
    ['radio alone', (it) => it.say(hint(1, 'AVAILABLE')), 'AVAILABLE', 'UNKNOWN'],
    ['radio, lost again', (it) => it.say(hint(1, 'AVAILABLE')).say(hint(2, 'UNAVAILABLE')), 'UNAVAILABLE', 'UNAVAILABLE'],
    ['radio after its connection closed', (it) => it.say(connection(1)).say(connection(2, 'UNAVAILABLE')).say(hint(3, 'AVAILABLE')), 'AVAILABLE', 'UNAVAILABLE'],
    ['radio before its connection closed', (it) => it.say(connection(1)).say(hint(2, 'AVAILABLE')).say(connection(3, 'UNAVAILABLE')), 'UNAVAILABLE', 'UNAVAILABLE'],
    ['cellular lost while a connection lives', (it) => it.say(connection(1)).say(hint(2, 'UNAVAILABLE')), 'AVAILABLE', 'AVAILABLE'],
    ['cellular lost while an IMS registration lives', (it) => it.say(connection(1, 'AVAILABLE', { source: 'reginfo', until: 99 })).say(hint(2, 'UNAVAILABLE')), 'AVAILABLE', 'AVAILABLE'],
    ['a push without answer after radio', (it) => it.say(hint(1, 'AVAILABLE')).say(evidence({ at: 2, state: 'SUSPECT', source: 'push-timeout', confidence: 'HINT' })), 'SUSPECT', 'UNKNOWN'],
    ['radio anew after that', (it) => it.say(hint(1, 'AVAILABLE')).say(evidence({ at: 2, state: 'SUSPECT', source: 'push-timeout', confidence: 'HINT' })).say(hint(3, 'AVAILABLE')), 'AVAILABLE', 'UNKNOWN'],
  ])('takes radio for IP only where the policy trusts it: %s', (_, play, trusted, untrusted) => {
    expect(play(trusting()).state.devices[0]?.ip).toBe(trusted);
    expect(play(new Reachability().know()).state.devices[0]?.ip).toBe(untrusted);
  });

  it('applies a change of that trust to what is said later', () => {
    const reachability = new Reachability().know().say(hint(1, 'AVAILABLE'));
    reachability.policy = policy({ 'ip.trustRadioHints': true });
    expect(reachability.say(cs(2, 'AVAILABLE')).state.devices[0]?.ip).toBe('UNKNOWN');
    expect(reachability.say(hint(3, 'AVAILABLE')).state.devices[0]?.ip).toBe('AVAILABLE');
    expect(accessView(reachability.state, seconds(4)).devices[0]?.evidence[0]).toMatchObject({ source: 't8', trusted: true });
  });
});

requirement('CPM-MLD-035', () => {
  const receipt = (at: number, state: 'AVAILABLE' | 'UNAVAILABLE', cause?: string) => cs(at, state, { source: 'smpp-receipt', ...(cause !== undefined && { cause }) });
  const network = (at: number, state: 'AVAILABLE' | 'UNAVAILABLE') => cs(at, state, { source: 't8' });
  const csAfter = (...said: Parameters<Reachability['say']>[]) => said.reduce((it, each) => it.say(...each), new Reachability().know()).state.devices[0]?.cs;

  it('takes the newest word on CS, of the gateway or of the network, whichever arrives last', () => {
    expect(csAfter([receipt(1, 'UNAVAILABLE', 'absent-subscriber')], [network(2, 'AVAILABLE')])).toBe('AVAILABLE');
    expect(csAfter([network(2, 'AVAILABLE')], [receipt(1, 'UNAVAILABLE', 'absent-subscriber'), 5])).toBe('AVAILABLE');
    expect(csAfter([network(1, 'AVAILABLE')], [receipt(2, 'UNAVAILABLE', 'absent-subscriber')])).toBe('UNAVAILABLE');
    expect(csAfter([receipt(2, 'AVAILABLE')], [network(1, 'UNAVAILABLE'), 5])).toBe('AVAILABLE');
  });

  it.each(['barred', 'memory-full', 'absent-subscriber'])('leaves IP alone when CS is %s', (cause) => {
    const reachability = new Reachability().know().say(connection(1)).say(receipt(2, 'UNAVAILABLE', cause));
    expect(reachability.told.at(-1)).toMatchObject({ ip: 'AVAILABLE', cs: 'UNAVAILABLE', reason: 'cs-unavailable', source: 'smpp-receipt', cause });
  });

  it('does not take a receipt for CS coming up, unless CS was gone', () => {
    const unknown = new Reachability().know().say(connection(1)).say(connection(2, 'UNAVAILABLE')).until(60).say(receipt(61, 'AVAILABLE'));
    expect(told(unknown).at(-1)).toBe('61 cs-available (smpp-receipt) UNAVAILABLE AVAILABLE');
    const gone = unknown.say(network(100, 'UNAVAILABLE')).say(receipt(200, 'AVAILABLE'));
    expect(gone.linesOf(PHONE).at(-1)).toBe('200 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 215');
  });
});
