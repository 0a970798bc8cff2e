import type { JourneyLine } from './history.js';
import type { Figures, Verdict } from './judge.js';
import type { LogScan } from './log-scan.js';

/** How one kind of fault went. Times in ms. */
export interface FaultKindResult {
  readonly count: number;
  readonly recovered: number;
  /** From when the cause was taken away until the target worked again; undefined when none recovered. */
  readonly medianMs: number | undefined;
  readonly maxMs: number | undefined;
  /** Why some could not be injected or undone, or did not recover. */
  readonly failures: readonly string[];
}

export interface ChaosResult {
  readonly at: string;
  readonly seed: number;
  readonly minutes: number;
  /** Of a build that was broken on purpose, what was broken. */
  readonly broken?: string;
  readonly setting: Readonly<Record<string, unknown>>;
  readonly machine: { readonly cores: number; readonly memoryGb: number; readonly loadAverage: number };
  readonly faults: Readonly<Record<string, FaultKindResult>>;
  readonly drainMs: number;
  /** What its senders could not even begin to submit. */
  readonly unsent: number;
  /** Calls of devices with IP that were not answered, or with 5xx or 429, and were made again. */
  readonly repeatedCalls: number;
  readonly verdict: Verdict;
  /** The most that a process of each service ever had, MB. */
  readonly rssMb: Readonly<Record<string, number>>;
  readonly deadLetters: readonly unknown[];
  readonly logs: LogScan;
  /** What the system itself tells of messages that look amiss, by id. */
  readonly journeys: Readonly<Record<string, readonly JourneyLine[]>>;
}

/** Something done to the system, and how long after its end the system worked as before. */
export interface Recovery {
  readonly kind: string;
  readonly target: string;
  readonly recoveredAfterMs: number | undefined;
  readonly failure?: string;
}

/** Nothing broken, nothing left over, and nobody named in a log. */
export function isHeld({ verdict, unsent, logs }: Pick<ChaosResult, 'verdict' | 'unsent' | 'logs'>): boolean {
  return verdict.violations.length === 0 && unsent === 0 && logs.telling === 0;
}

/** Held, and in a run without faults nobody was turned away for good and nothing put aside. */
export function isUnnoticed(result: Pick<ChaosResult, 'verdict' | 'unsent' | 'logs' | 'deadLetters'>): boolean {
  return isHeld(result) && result.verdict.figures.refused === 0 && result.deadLetters.length === 0;
}

export function faultsByKind(outcomes: readonly Recovery[]): Readonly<Record<string, FaultKindResult>> {
  return Object.fromEntries([...Map.groupBy(outcomes, ({ kind }) => kind)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, all]) => {
    const times = all.flatMap(({ recoveredAfterMs }) => recoveredAfterMs ?? []).sort((a, b) => a - b);
    const failures = all.flatMap(({ target, failure }) => (failure === undefined ? [] : [`${target}: ${failure}`]));
    return [kind, { count: all.length, recovered: times.length, medianMs: times[Math.ceil(times.length / 2) - 1], maxMs: times.at(-1), failures }];
  }));
}

/** Violations by invariant. */
export function brokenInvariants({ violations }: Verdict): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(violations, ({ invariant }) => invariant)].map(([invariant, all]) => [invariant, all.length]));
}

export type Row = readonly [name: string, value: string | number];

/** Of the messages. */
export function figureRows({ figures, violations }: Verdict): readonly Row[] {
  const { contests, boxes, longestGap } = figures;
  const broken = brokenInvariants({ figures, violations });
  return [
    ['submitted', figures.submitted],
    ['accepted', `${figures.accepted} (${kindsOf(figures)})`],
    ['refused (no 202 within the limit)', figures.refused],
    ['submitted twice under one id', figures.repeated],
    ['delivered to devices', figures.delivered],
    ['texts at the SMSC', `${figures.texts} (${figures.textsInsteadOfIp} to Primaries whose IP was in doubt)`],
    ['texts sent twice, their outcome unknown', figures.explainedRepeatedTexts],
    ['reports', figures.reports],
    ['invitations and files with one winner', `${contests.won} of ${contests.held}`],
    ['files fetched and compared', figures.filesFetched],
    ['boxes that converged', `${boxes.converged} of ${boxes.compared} (${boxes.objects} objects in all stores)`],
    ['frames replayed, hidden by the client', figures.replayedFrames],
    ['pushed again after a withdrawal, hidden by the client', figures.pushedAgain],
    ['overtaken while they waited for a device without IP', figures.overtakenWhileWaiting],
    ['longest time in which nothing arrived', seconds(longestGap.ms)],
    ['processes that ended by themselves', figures.endedByItself.map(({ service }) => service).join(', ') || 'none'],
    ['violations', violations.length === 0 ? 'none' : Object.entries(broken).map(([invariant, times]) => `${invariant}: ${times}`).join('; ')],
  ];
}

export function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1_000).toFixed(1)} s`;
}

function kindsOf({ acceptedOf }: Figures): string {
  return Object.entries(acceptedOf).map(([kind, count]) => `${kind} ${count}`).join(', ');
}
