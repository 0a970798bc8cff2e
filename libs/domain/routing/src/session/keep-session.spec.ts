import { DEFAULT_POLICY, type CpmAddress, type DeviceId, type SessionHead } from '@cpm/vocabulary';
import { fold, requirement } from '@cpm/runtime-decider';
import type { KeepSession } from '@cpm/contracts-message-store-sync';
import type { ActInSession } from '@cpm/contracts-routing';
import fc from 'fast-check';
import { ALICE, ALICES_PHONE, BOB, device, LAPTOP, PHONE, TABLET } from '../scenario.fixture.js';
import { focusDecider } from './focus.decider.js';
import { NO_FOCUS, type Focus } from './focus.js';
import { CAROL, CAROLS_PHONE, SessionScenario } from './session.fixture.js';

const ROSTER_SEC = 2;
const BOBS = [PHONE, TABLET, LAPTOP] as const;

function keptFor(scenario: SessionScenario, user: CpmAddress): KeepSession[] {
  return (scenario.of('KeepSession') as KeepSession[]).filter((kept) => kept.user === user);
}

function statusesOf({ members = [] }: KeepSession): Record<string, string> {
  return Object.fromEntries(members.map(({ address, status }) => [address, status]));
}

function group(): SessionScenario {
  const scenario = SessionScenario.ready().start('long-lived-group', [BOB, CAROL]);
  scenario.act(TABLET, 'accept');
  scenario.act(CAROLS_PHONE, 'accept');
  scenario.advance(ROSTER_SEC);
  return scenario;
}

requirement('CPM-MLD-011', () => {
  it('tells the store of a user nothing of a session while it only rings', () => {
    const scenario = SessionScenario.ready().start();
    expect(keptFor(scenario, BOB)).toEqual([]);
    expect(keptFor(scenario, ALICE)).toMatchObject([{ generation: 1, revision: 1, status: 'joined', from: ALICE, devices: [{ device: ALICES_PHONE }], startedAt: scenario.now }]);
  });

  it('tells the store of each when it is established, and when and why it ended for him', () => {
    const scenario = SessionScenario.ready().start();
    const startedAt = scenario.now;
    scenario.advance(5);
    scenario.act(TABLET, 'accept');
    const joinedAt = scenario.now;
    expect(keptFor(scenario, BOB)).toEqual([expect.objectContaining({ status: 'joined', startedAt, devices: [{ device: TABLET, joinedAt }] })]);
    expect(keptFor(scenario, ALICE).map(statusesOf).at(-1)).toEqual({ [ALICE]: 'joined', [BOB]: 'joined' });
    scenario.advance(5);
    scenario.act(TABLET, 'leave');
    const ended = { at: scenario.now, reason: 'left' };
    expect(keptFor(scenario, BOB).at(-1)).toMatchObject({ status: 'left', ended, devices: [{ device: TABLET, joinedAt, leftAt: ended.at }] });
    expect(keptFor(scenario, ALICE).at(-1)).toMatchObject({ status: 'ended', ended });
    expect(statusesOf(keptFor(scenario, ALICE).at(-1)!)).toEqual({ [ALICE]: 'joined', [BOB]: 'left' });
  });

  it.each([['that nobody answered', 'expired', (scenario: SessionScenario) => scenario.advance(DEFAULT_POLICY['session.inviteTtlSec'])], ['that he declined', 'rejected', (scenario: SessionScenario) => scenario.act(PHONE, 'reject')]] as const)(
    'keeps an invitation %s',
    (_, reason, happens) => {
      const scenario = SessionScenario.ready().start();
      happens(scenario);
      expect(keptFor(scenario, BOB)[0]).toMatchObject({ revision: 1, devices: [], ended: { at: scenario.now, reason } });
    },
  );

  it('is not at its end where the user goes on with another of his devices', () => {
    const auto = { autoAnswer: { session: true, fileTransfer: false } };
    const scenario = SessionScenario.ready([device(PHONE, auto), device(TABLET, auto)]).start();
    scenario.say(TABLET, 'I am here');
    const last = keptFor(scenario, BOB).at(-1)!;
    expect(last.ended).toBeUndefined();
    expect(last.devices).toEqual(expect.arrayContaining([{ device: PHONE, joinedAt: scenario.now, leftAt: scenario.now }, { device: TABLET, joinedAt: scenario.now }]));
  });

  it('says nothing to the store with a message', () => {
    const scenario = group();
    scenario.fresh();
    for (const id of [ALICES_PHONE, TABLET, CAROLS_PHONE]) scenario.say(id);
    expect(scenario.of('KeepSession')).toEqual([]);
  });

  it('brings what became of the members of a group to the stores of all that take part', () => {
    const scenario = group();
    const everybody = { [ALICE]: 'joined', [BOB]: 'joined', [CAROL]: 'joined' };
    for (const user of [ALICE, BOB, CAROL]) expect(statusesOf(keptFor(scenario, user).at(-1)!)).toEqual(everybody);
    scenario.act(CAROLS_PHONE, 'leave');
    scenario.advance(ROSTER_SEC);
    for (const user of [ALICE, BOB, CAROL]) expect(statusesOf(keptFor(scenario, user).at(-1)!)).toEqual({ ...everybody, [CAROL]: 'left' });
  });

  it('tells those that are left who left while it rested', () => {
    const scenario = group();
    scenario.advance(DEFAULT_POLICY['session.inactivitySec']);
    scenario.act(CAROLS_PHONE, 'leave');
    scenario.advance(ROSTER_SEC);
    expect(keptFor(scenario, BOB).at(-1)).toMatchObject({ generation: 1, status: 'ended', ended: { reason: 'inactivity' } });
    expect(statusesOf(keptFor(scenario, BOB).at(-1)!)).toMatchObject({ [CAROL]: 'left' });
  });

  it('keeps a round of its own when it is restarted', () => {
    const scenario = group();
    scenario.advance(DEFAULT_POLICY['session.inactivitySec']);
    scenario.fresh().act(TABLET, 'restart');
    expect(keptFor(scenario, BOB)).toMatchObject([{ generation: 2, revision: 1, from: BOB, startedAt: scenario.now, status: 'joined' }]);
    scenario.act(CAROLS_PHONE, 'accept');
    scenario.advance(ROSTER_SEC);
    expect(keptFor(scenario, CAROL).map(({ generation, revision }) => [generation, revision])).toEqual([[2, 1], [2, 2]]);
  });
});

const bobsDevice = fc.constantFrom<DeviceId>(...BOBS);
const step = fc.oneof(
  fc.record({ does: fc.constantFrom('accept', 'reject', 'leave', 'restart', 'say'), device: fc.oneof(bobsDevice, fc.constant(CAROLS_PHONE), fc.constant(ALICES_PHONE)) }),
  fc.record({ does: fc.constantFrom('accept', 'say'), device: bobsDevice }),
  fc.record({ does: fc.constant('pass'), device: bobsDevice }),
);
const plays = fc.tuple(fc.constantFrom('one-to-one', 'closed-group', 'long-lived-group'), fc.subarray([...BOBS]), fc.array(step, { maxLength: 15 }));

function played([kind, answering, steps]: typeof plays extends fc.Arbitrary<infer Value> ? Value : never): SessionScenario {
  const devices = BOBS.map((id) => device(id, { autoAnswer: { session: answering.includes(id), fileTransfer: false } }));
  const scenario = SessionScenario.ready(devices).start(kind, kind === 'one-to-one' ? [BOB] : [BOB, CAROL]);
  for (const { does, device: id } of steps) {
    if (does === 'pass') scenario.advance(120);
    else if (does === 'say') scenario.say(id);
    else scenario.act(id, does as ActInSession['act']);
  }
  return scenario;
}

requirement('CPM-MLD-011', () => {
  it('tells a user, whatever happens, of no device but his own', () => {
    const owned: readonly (readonly [CpmAddress, readonly string[]])[] = [[ALICE, [ALICES_PHONE]], [BOB, BOBS], [CAROL, [CAROLS_PHONE]]];
    fc.assert(fc.property(plays, (play) => {
      const scenario = played(play);
      scenario.advance(4000);
      for (const type of ['KeepSession', 'UpdateParticipant']) {
        for (const told of scenario.of(type) as { readonly user: CpmAddress }[]) {
          const text = JSON.stringify(told);
          for (const [user, devices] of owned) if (user !== told.user) expect(devices.filter((id) => text.includes(id))).toEqual([]);
        }
      }
    }));
  });

  it('agrees in the end, whatever happens, on who belongs to a group, with all who do', () => {
    fc.assert(fc.property(plays, (play) => {
      const scenario = played(play);
      scenario.advance(4000);
      const { members, session } = scenario.focus;
      if (session?.kind === 'one-to-one') return;
      const statuses = Object.fromEntries(Object.entries(members).map(([user, { status }]) => [user, status]));
      for (const [user, status] of Object.entries(statuses)) {
        const last = keptFor(scenario, user as CpmAddress).findLast((kept) => kept.members !== undefined);
        if (status === 'joined' || status === 'missed') expect([user, statusesOf(last!)]).toEqual([user, statuses]);
      }
    }));
  });

  it('counts what it tells of a round, and ends none that it has not begun', () => {
    fc.assert(fc.property(plays, (play) => {
      const scenario = played(play);
      scenario.advance(4000);
      for (const user of [ALICE, BOB, CAROL]) {
        const rounds = Map.groupBy(keptFor(scenario, user), ({ generation }) => generation);
        for (const told of rounds.values()) {
          expect(told.map(({ revision }) => revision)).toEqual(told.map((_, at) => at + 1));
          expect(told.at(-1)!.ended).toBeDefined();
        }
      }
    }));
  });
});

describe('a group that fills up one by one', () => {
  /** How often members are told of the others while a group of `size` fills up in so many seconds, and until all know. */
  function toldWhileFilling(size: number, seconds: number): number {
    const members = Array.from({ length: size - 1 }, (_, at) => `tel:+4917${String(at).padStart(9, '0')}` as CpmAddress);
    const session: SessionHead = { id: 's1', creator: ALICE, kind: 'long-lived-group', participants: [ALICE, ...members], conversationId: 'c1', contributionId: 'x1' };
    let state: Focus = NO_FOCUS;
    let told = 0;
    const decide = (command: Parameters<typeof focusDecider.decide>[0]) => {
      const events = focusDecider.decide(command, state);
      state = fold({ initial: state, evolve: focusDecider.evolve }, events);
      told += events.reduce((sum, event) => sum + (event.type === 'RosterTold' ? event.told.length : 0), 0);
    };
    const fire = (until: number) => {
      const { rosterAt } = state;
      if (typeof rosterAt === 'number' && rosterAt <= until) decide({ type: 'TellRoster', now: rosterAt, policy: DEFAULT_POLICY });
    };
    decide({ type: 'Start', start: { session, device: ALICES_PHONE, at: 0 }, now: 0, policy: DEFAULT_POLICY });
    for (const [at, user] of members.entries()) {
      const now = Math.round((at * seconds * 1000) / size);
      fire(now);
      decide({ type: 'Hear', report: { creator: ALICE, sessionId: 's1', user, generation: 1, said: 'joined', at: now }, now, policy: DEFAULT_POLICY });
    }
    fire(Infinity);
    return told;
  }

  it.each([16, 64, 256].flatMap((size) => [1, 60, 180].map((seconds) => [size, seconds] as const)))('costs no more than each is told once, and ten a second: %i members in %i s', (size, seconds) => {
    const told = toldWhileFilling(size, seconds);
    expect(told).toBeGreaterThanOrEqual(size);
    expect(told).toBeLessThanOrEqual(size + 10 * seconds);
  });

  it('tells each store what the user did himself, and what its focus tells', () => {
    const scenario = group();
    expect(scenario.of('UpdateParticipant').map(({ change }: { change: string }) => change).sort()).toEqual(['established', 'members', 'members', 'members']);
    expect([ALICE, BOB, CAROL].map((user) => keptFor(scenario, user).length)).toEqual([3, 2, 2]);
  });
});
