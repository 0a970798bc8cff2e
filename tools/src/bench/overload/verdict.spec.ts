import type { PlayedPhase, PlayedProfile, Window } from './profile-protocol.js';
import { PHASES, secondsToRecover, verdictOn, type MemoryOfProcess } from './verdict.js';

const times = (p99: number) => ({ p50: p99 / 2, p95: p99, p99, max: p99 });
const window = (p99: number, counts: Partial<Window> = {}): Window => ({
  due: 100, accepted: 100, overloaded: 0, overShare: 0, failed: 0, completed: 100, submitToPush: times(p99), submitToReport: times(p99), ...counts,
});
const phase = (name: string, p99: number, more: Partial<PlayedPhase> = {}): PlayedPhase => ({ name, seconds: 10, bySecond: [window(p99)], others: window(p99), ...window(p99), ...more });
const profile = (changes: Partial<Record<keyof typeof PHASES, PlayedPhase>> = {}, more: Partial<PlayedProfile> = {}): PlayedProfile => {
  const usual = { calm: 50, hotSender: 60, hotRecipient: 60, capacity: 100, overload: 250, after: 50 } as const;
  const phases = Object.entries(usual).map(([key, p99]) => changes[key as keyof typeof PHASES] ?? phase(PHASES[key as keyof typeof PHASES], p99));
  return { phases, duplicateReports: 0, lateness: times(5), unsent: 0, cutStreams: 0, ...more };
};
const steady: MemoryOfProcess[] = [{ name: 'services', byThird: [300, 400, 420] }];
const broken = (played: PlayedProfile, memory = steady) => verdictOn(played, memory).bounds.filter(({ holds }) => !holds).map(({ what }) => what);

it('finds nothing where every bound holds', () => {
  expect(broken(profile())).toEqual([]);
  expect(verdictOn(profile(), steady).voidBecause).toBeUndefined();
});

it.each<[string, PlayedProfile, MemoryOfProcess[], string]>([
  ['a message that was accepted and not done', profile({ overload: phase(PHASES.overload, 250, { completed: 99 }) }), steady, 'completes'],
  ['a report too many', profile({}, { duplicateReports: 1 }), steady, 'one report each'],
  ['accepted work that took too long', profile({ overload: phase(PHASES.overload, 301) }), steady, 'within 3x'],
  ['no recovery', profile({ after: phase(PHASES.after, 101) }), steady, 'recovery'],
  ['memory that grows', profile(), [{ name: 'services', byThird: [300, 400, 600] }], 'memory of services'],
  ['others that suffer beside one', profile({ hotSender: phase(PHASES.hotSender, 60, { others: window(200) }) }), steady, 'hot sender'],
])('finds %s', (_, played, memory, what) => {
  expect(broken(played, memory)).toEqual([expect.stringContaining(what)]);
});

it.each([{ unsent: 1 }, { cutStreams: 1 }, { lateness: times(300) }])('counts nothing when the load process was the bottleneck: %j', (more) => {
  expect(verdictOn(profile({}, more), steady).voidBecause).toBeDefined();
});

it('is back to calm in the first second that is as fast as before and refuses nothing', () => {
  expect(secondsToRecover([window(500), window(50, { overloaded: 1 }), window(90), window(500)], 100)).toBe(3);
  expect(secondsToRecover([window(500)], 100)).toBeUndefined();
});
