import { requirement } from '@cpm/runtime-decider';
import { DEFAULT_POLICY } from '@cpm/vocabulary';
import { SIM } from './evidence.js';
import { PHONE, Reachability, TABLET, connection, cs, evidence, seconds } from './access.fixture.js';

const offline = (policy = DEFAULT_POLICY) => new Reachability(policy).know().say(connection(0, 'UNAVAILABLE')).say(cs(0, 'UNAVAILABLE'));
const afterStart = (reachability: Reachability) => reachability.linesOf(PHONE).filter((line) => !line.startsWith('0 '));

requirement('CPM-MLD-035', () => {
  it('waits for IP when CS comes up, and tells when the wait is over', () =>
    expect(afterStart(offline().say(cs(100, 'AVAILABLE')).until(200))).toEqual([
      '100 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 115',
      '115 ip-preference-hold-ended UNAVAILABLE AVAILABLE',
    ]));

  it('ends the wait at once when IP comes up, as after airplane mode', () =>
    expect(afterStart(offline().say(cs(100, 'AVAILABLE')).say(connection(108)).until(200))).toEqual([
      '100 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 115',
      '108 ip-available AVAILABLE AVAILABLE',
    ]));

  it('does not wait when IP is there already', () =>
    expect(afterStart(new Reachability().know().say(connection(1)).say(cs(2, 'AVAILABLE')).until(200))).toEqual([
      '1 ip-available AVAILABLE UNKNOWN', '2 cs-available AVAILABLE AVAILABLE',
    ]));

  it('counts the wait from when CS was observed', () =>
    expect(afterStart(offline().say(cs(100, 'AVAILABLE'), 5))[0]).toBe('105 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 115'));

  it('does not wait for evidence that comes too late', () =>
    expect(afterStart(offline().say(cs(100, 'AVAILABLE'), 15).until(200))).toEqual(['115 cs-available UNAVAILABLE AVAILABLE']));

  it('counts from now what is observed in the future', () => {
    const reachability = offline();
    reachability.say({ ...cs(50, 'AVAILABLE'), observedAt: cs(900, 'AVAILABLE').observedAt }, -850);
    expect(afterStart(reachability)[0]).toBe('50 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 65');
  });

  it('keeps the first deadline while CS flaps', () =>
    expect(afterStart(offline().say(cs(100, 'AVAILABLE')).say(cs(104, 'UNAVAILABLE')).say(cs(108, 'AVAILABLE')).until(114))).toEqual([
      '100 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 115',
      '104 cs-unavailable UNAVAILABLE UNAVAILABLE hold 115',
      '108 cs-available UNAVAILABLE AVAILABLE hold 115',
    ]));

  it('starts no other wait within a minute of one that ended in vain', () => {
    const flapping = offline().say(cs(100, 'AVAILABLE')).say(cs(150, 'UNAVAILABLE')).say(cs(174, 'AVAILABLE'));
    expect(afterStart(flapping).at(-1)).toBe('174 cs-available UNAVAILABLE AVAILABLE');
    const later = flapping.say(cs(174.5, 'UNAVAILABLE')).say(cs(175, 'AVAILABLE'));
    expect(afterStart(later).at(-1)).toBe('175 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 190');
  });

  it('waits again within that minute when IP was there in between', () =>
    expect(afterStart(offline().say(cs(100, 'AVAILABLE')).say(connection(120)).say(cs(125, 'UNAVAILABLE')).say(connection(126, 'UNAVAILABLE'))
      .say(cs(130, 'AVAILABLE'))).at(-1)).toBe('130 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 145'));

  it('waits when IP is lost, so that a short loss causes no SMS', () =>
    expect(afterStart(new Reachability().know().say(connection(1)).say(cs(2, 'AVAILABLE')).say(connection(100, 'UNAVAILABLE'))
      .say(connection(105, 'AVAILABLE', { source: 'connection/2' })).until(200)).slice(2)).toEqual([
      '100 ip-lost UNAVAILABLE AVAILABLE hold 115', '105 ip-available AVAILABLE AVAILABLE',
    ]));

  it('waits when IP is lost and nothing is known of CS, but not when CS is gone too', () => {
    expect(afterStart(new Reachability().know().say(connection(1)).say(connection(100, 'UNAVAILABLE'))).at(-1)).toBe('100 ip-lost UNAVAILABLE UNKNOWN hold 115');
    const gone = new Reachability().know().say(connection(1)).say(cs(99, 'UNAVAILABLE')).say(connection(100, 'UNAVAILABLE'));
    expect(afterStart(gone).at(-1)).toBe('100 ip-unavailable UNAVAILABLE UNAVAILABLE');
  });

  it('waits from the end of the lease of a connection that fell silent', () =>
    expect(afterStart(new Reachability().know().say(cs(1, 'AVAILABLE')).say(connection(2, 'AVAILABLE', { until: 32 })).until(200)).slice(1)).toEqual([
      '2 ip-available AVAILABLE AVAILABLE', '32 ip-lost UNAVAILABLE AVAILABLE hold 47', '47 ip-preference-hold-ended UNAVAILABLE AVAILABLE',
    ]));

  it('does not wait on a suspicion: the push has waited already', () => {
    const suspected = new Reachability().know().say(connection(1)).say(cs(2, 'AVAILABLE')).say(evidence({ at: 10, state: 'SUSPECT', source: 'push-timeout' }));
    expect(afterStart(suspected).at(-1)).toBe('10 ip-suspect SUSPECT AVAILABLE');
  });

  it('never waits when the policy says 0 seconds', () =>
    expect(afterStart(offline({ ...DEFAULT_POLICY, 'ip.preferenceSec': 0 }).say(cs(100, 'AVAILABLE')).say(connection(110)).say(connection(120, 'UNAVAILABLE')).until(200))).toEqual([
      '100 cs-available UNAVAILABLE AVAILABLE', '110 ip-available AVAILABLE AVAILABLE', '120 ip-unavailable UNAVAILABLE AVAILABLE',
    ]));

  it('has one hold while CS flaps five times in a minute', () => {
    const flapping = [0, 1, 2, 3, 4].reduce((it, round) => it.say(cs(100 + round * 12, 'AVAILABLE')).say(cs(106 + round * 12, 'UNAVAILABLE')), offline());
    expect(flapping.until(400).told.filter(({ reason }) => reason === 'ip-preference-hold-started')).toHaveLength(1);
    expect(new Set(flapping.told.map(({ holdUntil }) => holdUntil))).toEqual(new Set([undefined, seconds(115)]));
  });

  it('counts as flapping what the policy says', () => {
    const patient = offline({ ...DEFAULT_POLICY, 'access.flappingSec': 10 }).say(cs(100, 'AVAILABLE')).say(cs(120, 'UNAVAILABLE')).say(cs(124, 'AVAILABLE'));
    expect(afterStart(patient).at(-1)).toBe('124 cs-available UNAVAILABLE AVAILABLE');
    expect(afterStart(patient.say(cs(124.5, 'UNAVAILABLE')).say(cs(125, 'AVAILABLE'))).at(-1)).toBe('125 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 140');
  });

  it('shares one wait and a minute between losses of IP that follow one another closely', () => {
    const unsteady = new Reachability().know().say(cs(1, 'AVAILABLE')).say(connection(20));
    for (let second = 100; second < 200; second += 14) unsteady.say(connection(second, 'UNAVAILABLE')).say(connection(second + 13));
    const holds = unsteady.told.filter(({ ip }) => ip === 'UNAVAILABLE').map(({ at, holdUntil }) => [at, holdUntil].map((instant) => instant && (instant - seconds(0)) / 1000));
    expect(holds).toEqual([[100, 115], [114, 129], [128, 143], [142, 157], [156, 171], [170, 175], [175, undefined], [184, undefined], [198, undefined]]);
  });

  it('keeps the wait that runs when the policy changes, and waits by the new one next', () => {
    const reachability = offline().say(cs(100, 'AVAILABLE'));
    reachability.policy = { ...DEFAULT_POLICY, 'ip.preferenceSec': 3 };
    reachability.say(cs(101, 'UNAVAILABLE')).say(cs(102, 'AVAILABLE')).until(300);
    expect(afterStart(reachability).at(-1)).toBe('115 ip-preference-hold-ended UNAVAILABLE AVAILABLE');
    expect(afterStart(reachability.say(cs(300, 'UNAVAILABLE')).say(cs(301, 'AVAILABLE'))).at(-1)).toBe('301 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 304');
  });

  it('leaves a phone that is there for a while the time of an SMS, and does not wait where that is all there is', () => {
    expect(afterStart(offline().say(cs(100, 'AVAILABLE', { source: 't8', until: 110 })).until(111))).toEqual([
      '100 ip-preference-hold-started UNAVAILABLE AVAILABLE hold 105', '105 ip-preference-hold-ended UNAVAILABLE AVAILABLE', '110 evidence-expired UNAVAILABLE UNKNOWN',
    ]);
    expect(afterStart(offline().say(cs(100, 'AVAILABLE', { source: 't8', until: 105 })).until(104))).toEqual(['100 cs-available UNAVAILABLE AVAILABLE']);
    const lost = new Reachability().know().say(connection(1)).say(cs(2, 'AVAILABLE', { until: 112 }));
    expect(afterStart(lost.say(connection(100, 'UNAVAILABLE'))).at(-1)).toBe('100 ip-lost UNAVAILABLE AVAILABLE hold 107');
  });

  it('cuts a wait that runs when CS comes for a while', () => {
    const waiting = () => new Reachability().know().say(connection(1)).say(connection(100, 'UNAVAILABLE'));
    expect(afterStart(waiting().say(cs(102, 'AVAILABLE', { source: 't8', until: 112 })).until(111)).slice(1)).toEqual([
      '100 ip-lost UNAVAILABLE UNKNOWN hold 115', '102 cs-available UNAVAILABLE AVAILABLE hold 107', '107 ip-preference-hold-ended UNAVAILABLE AVAILABLE',
    ]);
    expect(afterStart(waiting().say(cs(102, 'AVAILABLE', { source: 't8', until: 104 }))).at(-1)).toBe('102 cs-available UNAVAILABLE AVAILABLE');
  });

  const radio = (at: number, state: 'AVAILABLE' | 'UNAVAILABLE' = 'AVAILABLE') => evidence({ at, state, subject: SIM, source: 't8', confidence: 'HINT' });
  const noIp = () => new Reachability().know().say(connection(0, 'UNAVAILABLE'));

  it('waits when radio comes up, once for each word, and no longer than from then on', () => {
    expect(afterStart(noIp().say(radio(100)).say(cs(105, 'AVAILABLE')).until(300))).toEqual([
      '100 ip-preference-hold-started UNAVAILABLE UNKNOWN hold 115', '105 cs-available UNAVAILABLE AVAILABLE hold 115', '115 ip-preference-hold-ended UNAVAILABLE AVAILABLE',
    ]);
    expect(afterStart(noIp().say(radio(100), 15).until(300))).toEqual([]);
    expect(afterStart(noIp().say(radio(100)).say(connection(105)).until(300)).at(-1)).toBe('105 ip-available AVAILABLE UNKNOWN');
  });

  it('starts no other wait within a minute of one for radio that ended in vain, however often it comes', () => {
    const flapping = noIp();
    for (let second = 100; second < 180; second += 10) flapping.say(radio(second, second % 20 === 0 ? 'AVAILABLE' : 'UNAVAILABLE'));
    expect(flapping.until(300).told.flatMap(({ at, holdUntil }) => (holdUntil === undefined ? [] : [[at, holdUntil]]))).toEqual([[seconds(100), seconds(115)]]);
    expect(afterStart(flapping.say(radio(300))).at(-1)).toBe('300 ip-preference-hold-started UNAVAILABLE UNKNOWN hold 315');
  });

  it('does not wait for radio where CS is gone, IP is there or under suspicion, or radio goes', () => {
    const lines = (reachability: Reachability) => reachability.until(300).told.filter(({ holdUntil }) => holdUntil !== undefined);
    const there = () => new Reachability().know().say(connection(1));
    expect(lines(offline().say(radio(100)))).toEqual([]);
    expect(lines(there().say(radio(100)))).toEqual([]);
    expect(lines(there().say(evidence({ at: 10, state: 'SUSPECT', source: 'push-timeout' })).say(radio(100)))).toEqual([]);
    expect(lines(noIp().say(radio(100, 'UNAVAILABLE')))).toEqual([]);
  });

  it('waits for the Primary only', () =>
    expect(new Reachability().know().say(connection(1, 'AVAILABLE', { subject: TABLET })).say(connection(2, 'UNAVAILABLE', { subject: TABLET })).until(100)
      .linesOf(TABLET)).toEqual(['1 ip-available AVAILABLE UNKNOWN', '2 ip-unavailable UNAVAILABLE UNKNOWN']));
});
