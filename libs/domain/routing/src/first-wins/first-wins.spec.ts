import fc from 'fast-check';
import type { DeviceId } from '@cpm/vocabulary';
import { fold, requirement } from '@cpm/runtime-decider';
import { LAPTOP, PHONE, TABLET } from '../scenario.fixture.js';
import { firstWins, standingOf, type ContestCommand } from './first-wins.js';

const device = fc.constantFrom<DeviceId>(PHONE, TABLET, LAPTOP);
const command = fc.oneof<fc.Arbitrary<ContestCommand>[]>(
  device.map((id) => ({ type: 'Claim', device: id }) as const),
  device.map((id) => ({ type: 'Decline', device: id }) as const),
  fc.constantFrom('cancelled-by-sender', 'expired').map((reason) => ({ type: 'Close', reason }) as ContestCommand),
);

function play(commands: readonly ContestCommand[]) {
  return commands.reduce((contest, each) => firstWins.decide(each, contest).reduce(firstWins.evolve, contest), firstWins.initial);
}

describe('first wins', () => {
  it('is decided by the first of any commands, and by nothing after', () => {
    fc.assert(fc.property(fc.array(command, { minLength: 1 }), (commands) => {
      expect(play(commands)).toEqual(play(commands.slice(0, 1)));
    }));
  });

  it('has at most one winner, and everybody else is told the same', () => {
    fc.assert(fc.property(fc.array(command, { minLength: 1 }), (commands) => {
      const contest = play(commands);
      const standings = [PHONE, TABLET, LAPTOP].map((id) => standingOf(contest, id));
      expect(standings.filter((standing) => standing === 'winner').length).toBe(contest.stage === 'won' ? 1 : 0);
      expect(new Set(standings.filter((standing) => standing !== 'winner' && standing !== 'decliner')).size).toBeLessThanOrEqual(1);
    }));
  });

  it('is open again only when it is reopened', () => {
    const won = fold(firstWins, [{ type: 'Won', device: TABLET }]);
    expect(firstWins.decide({ type: 'Reopen' }, won)).toEqual([{ type: 'Reopened' }]);
    expect(standingOf(fold(firstWins, [{ type: 'Won', device: TABLET }, { type: 'Reopened' }]), TABLET)).toBeUndefined();
  });
});

requirement('CPM-MLD-007a', () => {
  it.each([
    [[{ type: 'Claim', device: TABLET }, { type: 'Claim', device: PHONE }], 'accepted-elsewhere'],
    [[{ type: 'Decline', device: TABLET }, { type: 'Claim', device: PHONE }], 'rejected-elsewhere'],
    [[{ type: 'Close', reason: 'cancelled-by-sender' }, { type: 'Claim', device: PHONE }], 'cancelled-by-sender'],
  ] as const)('tells the phone that comes too late what happened: %j', (commands, standing) => {
    expect(standingOf(play(commands), PHONE)).toBe(standing);
  });
});
