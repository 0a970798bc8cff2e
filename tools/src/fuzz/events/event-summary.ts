import type { Verdict } from '../../chaos/judge.js';
import type { EventVerdict } from './verdict.js';

export interface EventRun {
  readonly setting: Readonly<Record<string, unknown>>;
  readonly writtenAfterMs: number;
  readonly doneAfterMs: number;
  readonly bombs: { readonly sent: number; readonly refused: number };
  /** Records of the inboxes that are not committed at the end. */
  readonly lag: number;
  readonly events: EventVerdict;
  /** What the document forbids and the code takes. */
  readonly gaps: Readonly<Record<string, number>>;
  /** What devices said and saw meanwhile, by the rules of the chaos run. */
  readonly devices: Verdict;
  readonly memory: { readonly firstMiB: number; readonly mostMiB: number; readonly limitMiB: number };
  readonly ended: boolean;
}

const LISTED = 12;

/** Each hostile record aside once with a reason, everything else done, no process gone, memory within its limit. */
export function isEventRunHeld(run: EventRun): boolean {
  const { events, bombs, lag, devices, memory, ended } = run;
  return events.aside === events.hostile && bombs.refused === bombs.sent && lag === 0 && areServed(devices) && !ended
    && memory.mostMiB <= memory.limitMiB && Object.keys(events.nonsenseAside).length + Object.keys(events.others).length === 0;
}

/** Nobody was refused or served otherwise than without the hostile records. */
function areServed({ figures, violations }: Verdict): boolean {
  return violations.length === 0 && figures.refused === 0;
}

export function eventSummary(run: EventRun): string {
  const { events, memory, devices: { figures: seen, violations } } = run;
  const rows: readonly (readonly [string, string | number])[] = [
    ['hostile records', `${events.hostile} of ${Object.keys(events.kinds).length} kinds`],
    ['put aside once, with a reason', `${events.aside} (${events.reasons} different reasons)`],
    ['not put aside', events.notAside.length],
    ['without a reason', events.withoutReason.length],
    ['not told exactly once in the topic', events.notToldOnce.length],
    ['packed batches that grow beyond the limit', `${run.bombs.refused} of ${run.bombs.sent} refused by the broker`],
    ['schema-valid nonsense', `${events.nonsense}, of which put aside ${sum(events.nonsenseAside)}, and ${events.inconsistent} that name an aggregate of another user`],
    ['dead letters of what services told one another', sum(events.others)],
    ['messages of devices meanwhile', `${seen.accepted} accepted, ${seen.refused} refused, ${seen.delivered} receptions, ${seen.reports} reports, ${violations.length} violations`],
    ['lag at the end', run.lag],
    ['processes that ended', run.ended ? 'SOME' : 'none'],
    ['memory of the services', `${memory.firstMiB.toFixed(0)} MiB at first, ${memory.mostMiB.toFixed(0)} MiB at most, limit ${memory.limitMiB}`],
    ['written after, done after', `${(run.writtenAfterMs / 1_000).toFixed(0)} s (${((events.hostile / run.writtenAfterMs) * 1_000).toFixed(0)}/s), ${(run.doneAfterMs / 1_000).toFixed(0)} s`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '', ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...listed('not aside', Object.fromEntries(events.notAside.slice(0, LISTED).map(({ id, kind }) => [`${kind} at ${id}`, 1]))),
    ...violations.slice(0, LISTED).map(({ invariant, ...about }) => `  ${invariant}: ${JSON.stringify(about)}`),
    ...listed('nonsense aside', events.nonsenseAside), ...listed('aside of another', events.others), ...listed('forbidden by the document, taken by the code', run.gaps),
    '', isEventRunHeld(run) ? 'HELD: every hostile record is a dead letter once, everything else was done' : 'BROKEN: see above',
  ].join('\n');
}

function listed(title: string, counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).slice(0, LISTED).map(([name, times]) => `  ${title}: ${times} x ${name}`);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
