import type { KillOutcome, OutageOutcome } from './faults.js';
import { isGood, type Verdict } from './judge.js';

export interface ChaosResult {
  readonly at: string;
  readonly kind: 'kills' | 'kafka' | 'mongod';
  readonly setting: Readonly<Record<string, unknown>>;
  readonly kills: readonly KillOutcome[];
  readonly outage?: OutageOutcome;
  readonly drainMs: number;
  /** Messages that their senders could not even begin to submit. */
  readonly unsent: number;
  readonly verdict: Verdict;
  readonly deadLetters: unknown;
  /** What the system tells of lost messages, by id. */
  readonly journeys: Readonly<Record<string, unknown>>;
}

type Row = readonly [name: string, value: string | number];

const LISTED = 10;

/** Nothing lost or told twice, and the system takes messages at the end. */
export function isHeld({ verdict, unsent }: ChaosResult): boolean {
  return isGood(verdict) && unsent === 0;
}

export function summary(result: ChaosResult): string {
  const { verdict } = result;
  const rows = [...messageRows(result), ...faultRows(result)];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  return ['', ...table, ...details(verdict), '', isHeld(result) ? 'HELD: nothing lost, nothing reported twice' : 'BROKEN: see above'].join('\n');
}

function messageRows({ verdict, unsent }: ChaosResult): Row[] {
  const { atGatewayEnd, unexplained } = verdict.repeatedTexts;
  return [
    ['submitted', verdict.submitted],
    ['accepted', verdict.accepted],
    ['refused (no 202 within the limit)', verdict.refused],
    ['without an answer at the end', `${verdict.unanswered}, not yet submitted ${unsent}`],
    ['delivered to devices', verdict.delivered],
    ['texts at the SMSC', `${verdict.texts} (${verdict.textsInsteadOfIp} to Primaries whose IP was in doubt; ${verdict.textsBesideIp} of these messages came over IP too)`],
    ['reports', verdict.reports],
    ['lost', verdict.lost.length],
    ['duplicate reports', verdict.duplicateReports.length],
    ['report frames replayed, hidden by the client', verdict.replayedReports],
    ['shown twice by a client', verdict.shownTwice],
    ['sms duplicates, in flight when the gateway ended', atGatewayEnd.length],
    ['sms duplicates, unexplained', unexplained.length],
    ['overtaken by a later submission', `${verdict.reordered.atPrimaries} receptions at Primaries, ${verdict.reordered.elsewhere} elsewhere (submissions under way together have no order)`],
    ['longest gap without progress', seconds(verdict.longestGap.ms)],
  ];
}

function faultRows({ kills, outage, drainMs, verdict, deadLetters }: ChaosResult): Row[] {
  const times = kills.map(({ recoveredAfterMs }) => recoveredAfterMs).sort((a, b) => a - b);
  return [
    ...(times.length > 0 ? ([['kills', times.length], ['recovery per kill', `p50 ${seconds(percentile(times, 50))}, max ${seconds(times.at(-1) ?? 0)}`]] satisfies Row[]) : []),
    ...(outage ? outageRows(outage) : []),
    ['drained after', seconds(drainMs)],
    ['processes that ended by themselves', verdict.endedByItself.map(({ service }) => service).join(', ') || 'none'],
    ['dead letters', JSON.stringify(deadLetters).slice(0, 200)],
  ];
}

function outageRows({ target, lastedMs, unreadyAfterMs, statusDuringOutage, servedAfterMs, readyAfterMs }: OutageOutcome): Row[] {
  const unready = unreadyAfterMs === undefined ? 'NEVER said that it was not ready' : `${statusDuringOutage} after ${seconds(unreadyAfterMs)}`;
  return [
    [`${target} away for`, seconds(lastedMs)],
    ['/health/ready', `${unready}; 200 again ${seconds(readyAfterMs)} after the restart began, of which ${target} itself took ${seconds(servedAfterMs)}`],
  ];
}

function details({ refusals, lost, duplicateReports, repeatedTexts: { unexplained } }: Verdict): string[] {
  return [
    ...Object.entries(refusals).slice(0, LISTED).map(([reason, times]) => `  refused ${times} times: ${reason}`),
    ...lost.slice(0, LISTED).map(({ id, route, missing, submittedAt }) => `  lost: ${id} (${route}), submitted ${new Date(submittedAt).toISOString()}, missing ${missing.join(', ')}`),
    ...duplicateReports.slice(0, LISTED).map(({ id, statuses, cursors }) => `  reported twice: ${id} ${statuses.join(', ')} at cursors ${cursors.join(', ')}`),
    ...unexplained.slice(0, LISTED).map(({ id, times, at }) => `  sent as SMS ${times} times: ${id}, first at ${new Date(at).toISOString()}`),
  ];
}

function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
