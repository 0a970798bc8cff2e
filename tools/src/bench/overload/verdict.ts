import type { PlayedPhase, PlayedProfile, Window } from './profile-protocol.js';

/** Names of the phases that a verdict is about, in their order. */
export const PHASES = { calm: 'calm', capacity: 'at capacity', overload: 'overload', after: 'after', hotSender: 'hot sender', hotRecipient: 'hot recipient' } as const;

export interface MemoryOfProcess {
  readonly name: string;
  /** Highest resident memory by third of the overload, MB. */
  readonly byThird: readonly [number, number, number];
}

export interface Bound {
  readonly what: string;
  readonly holds: boolean;
  readonly seen: string;
}

export interface Verdict {
  readonly bounds: readonly Bound[];
  /** Why the figures do not count, should the load process itself have been what was measured. */
  readonly voidBecause: string | undefined;
}

const LONGER_AT_MOST = 3;
const RECOVERY_SEC = 10;
const CALM_AGAIN = 2;
const GROWTH_AT_MOST = 1.2;
const OTHERS_LONGER_AT_MOST = 3;
const LATE_AT_MOST_MS = 250;

/** What overload must not do, judged from what became of every message. */
export function verdictOn(profile: PlayedProfile, memory: readonly MemoryOfProcess[]): Verdict {
  const phase = (name: string) => profile.phases.find((one) => one.name === name) as PlayedPhase;
  const [calm, capacity, overload, after] = [phase(PHASES.calm), phase(PHASES.capacity), phase(PHASES.overload), phase(PHASES.after)];
  const lost = profile.phases.reduce((sum, { accepted, completed }) => sum + accepted - completed, 0);
  const ratio = overload.submitToReport.p99 / capacity.submitToReport.p99;
  const recovered = secondsToRecover(after.bySecond, CALM_AGAIN * calm.submitToReport.p99);
  const bounds: Bound[] = [
    { what: 'all accepted work completes, with one report each', holds: lost === 0 && profile.duplicateReports === 0, seen: `${lost} lost, ${profile.duplicateReports} duplicate reports` },
    { what: `p99 of accepted work in overload within ${LONGER_AT_MOST}x of that at capacity`, holds: ratio <= LONGER_AT_MOST, seen: `${ratio.toFixed(2)}x` },
    { what: `recovery within ${RECOVERY_SEC} s`, holds: recovered !== undefined && recovered <= RECOVERY_SEC, seen: recovered === undefined ? 'never' : `${recovered} s` },
    ...memory.map(({ name, byThird: [, second, third] }) => ({
      what: `memory of ${name} does not grow with the overload`, holds: third <= second * GROWTH_AT_MOST, seen: `max ${second.toFixed(0)} MB in the second third, ${third.toFixed(0)} MB in the last`,
    })),
    ...[phase(PHASES.hotSender), phase(PHASES.hotRecipient)].map(({ name, others }) => {
      const longer = (others as Window).submitToReport.p99 / calm.submitToReport.p99;
      return { what: `p99 of the others beside a ${name} within ${OTHERS_LONGER_AT_MOST}x of the calm one`, holds: longer <= OTHERS_LONGER_AT_MOST, seen: `${longer.toFixed(2)}x` };
    }),
  ];
  return { bounds, voidBecause: bottleneck(profile) };
}

/** After how many seconds a second's messages are done as fast as when it was calm, none refused. */
export function secondsToRecover(bySecond: readonly Window[], p99Ms: number): number | undefined {
  const at = bySecond.findIndex(({ accepted, overloaded, overShare, submitToReport }) => accepted > 0 && overloaded + overShare === 0 && submitToReport.p99 <= p99Ms);
  return at === -1 ? undefined : at + 1;
}

function bottleneck({ lateness, unsent, cutStreams, phases }: PlayedProfile): string | undefined {
  const failed = phases.reduce((sum, phase) => sum + phase.failed, 0);
  if (unsent > 0) return `${unsent} submissions were not made: the load process had too many without an answer`;
  if (cutStreams > 0) return `${cutStreams} streams ended, most likely because this process answered no ping for long`;
  if (lateness.p99 > LATE_AT_MOST_MS) return `1 % of the submissions left more than ${lateness.p99} ms after they were due`;
  return failed > 0 ? `${failed} submissions got no answer, or one that was not expected` : undefined;
}
