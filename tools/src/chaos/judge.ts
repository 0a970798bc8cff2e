import type { ServiceName } from '@cpm/runtime-decider';
import { classOf } from '@cpm/vocabulary';
import { Owing, PRIMARY, type ChaosEvent, type EventOf, type Route } from './history.js';

export interface LostMessage {
  readonly id: string;
  readonly route: Route;
  readonly missing: readonly string[];
  /** Epoch ms. */
  readonly submittedAt: number;
}

export interface DuplicateReport {
  readonly id: string;
  readonly recipient: string;
  readonly statuses: readonly string[];
  readonly cursors: readonly string[];
}

export interface RepeatedText {
  readonly id: string;
  readonly times: number;
  /** Of the first time, epoch ms. */
  readonly at: number;
}

export interface Verdict {
  readonly submitted: number;
  readonly accepted: number;
  /** Never answered with 202 within the limit: their senders were told. */
  readonly refused: number;
  /** Still without an answer at the end: the system takes nothing any more. */
  readonly unanswered: number;
  /** How often which reason ended the last try. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Receptions by devices on IP, each message once per device. */
  readonly delivered: number;
  readonly reports: number;
  readonly lost: readonly LostMessage[];
  readonly duplicateReports: readonly DuplicateReport[];
  /** Report frames that a client had seen before a reconnection and did not show again. */
  readonly replayedReports: number;
  /** Messages that a client handed to its application more than once. */
  readonly shownTwice: number;
  /** Receptions of messages that a later submission of the same sender has overtaken. */
  readonly reordered: { readonly atPrimaries: number; readonly elsewhere: number };
  readonly texts: number;
  /** Texts of Primaries that were on IP as far as their clients know. */
  readonly textsInsteadOfIp: number;
  /** Of these, messages that came to the Primary over IP as well. */
  readonly textsBesideIp: number;
  readonly repeatedTexts: { readonly atGatewayEnd: readonly RepeatedText[]; readonly unexplained: readonly RepeatedText[] };
  /** The longest time under load in which nothing arrived anywhere. */
  readonly longestGap: { readonly ms: number; readonly at: number };
  readonly endedByItself: readonly { readonly service: ServiceName; readonly at: number }[];
}

/** How long before the end of the gateway a text may have left of which the end took the outcome away. */
const IN_FLIGHT_MS = 10_000;
/** The simulator writes down a submission when it comes, which may be just after the process that made it has ended. */
const LATE_MS = 1_000;

export function judge(events: readonly ChaosEvent[]): Verdict {
  const submitted = new Map(of(events, 'submitted').map((event) => [event.id, event]));
  const texts = of(events, 'texted');
  const receptions = firstReceptions(of(events, 'received'));
  const [accepted, refused] = [of(events, 'accepted').length, of(events, 'refused').length];
  return {
    submitted: submitted.size,
    accepted,
    refused,
    unanswered: submitted.size - accepted - refused,
    refusals: Object.fromEntries([...grouped(of(events, 'refused'), ({ reason }) => reason)].map(([reason, all]) => [reason, all.length])),
    delivered: receptions.length,
    reports: of(events, 'reported').length,
    lost: lostOf(events, submitted),
    duplicateReports: duplicateReports(of(events, 'reported')),
    replayedReports: of(events, 'report-frame').length - new Set(of(events, 'report-frame').map(({ reportId }) => reportId)).size,
    shownTwice: of(events, 'received').length - receptions.length,
    reordered: reorderedOf(events, submitted, receptions),
    texts: texts.length,
    textsBesideIp: besideIp(texts, receptions),
    textsInsteadOfIp: texts.filter(({ id }) => submitted.get(id)?.route === 'ip').length,
    repeatedTexts: repeatedTexts(texts, of(events, 'ended')),
    longestGap: longestGap(events),
    endedByItself: of(events, 'ended').filter(({ by }) => by === 'itself').map(({ service, at }) => ({ service, at })),
  };
}

export function isGood({ lost, duplicateReports: duplicates, unanswered, repeatedTexts: { unexplained } }: Verdict): boolean {
  return lost.length === 0 && duplicates.length === 0 && unexplained.length === 0 && unanswered === 0;
}

function of<Kind extends ChaosEvent['is']>(events: readonly ChaosEvent[], kind: Kind): EventOf<Kind>[] {
  return events.filter((event): event is EventOf<Kind> => event.is === kind);
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function firstReceptions(received: readonly EventOf<'received'>[]): EventOf<'received'>[] {
  return [...grouped(received, ({ id, device }) => `${device}|${id}`).values()].flatMap(([first]) => first ?? []);
}

function lostOf(events: readonly ChaosEvent[], submitted: ReadonlyMap<string, EventOf<'submitted'>>): LostMessage[] {
  const owing = new Owing();
  for (const event of events) owing.follow(event);
  return owing.accepted().map(({ id, missing }) => ({ id, missing, route: submitted.get(id)?.route ?? 'ip', submittedAt: submitted.get(id)?.at ?? 0 }));
}

/** A sender is told once of each class, whatever the outcome. */
function duplicateReports(reported: readonly EventOf<'reported'>[]): DuplicateReport[] {
  return [...grouped(reported, ({ id, recipient, status }) => `${id}|${recipient}|${classOf(status)}`).values()].flatMap((reports) => {
    const [first] = reports;
    const cursors = [...new Set(reports.map(({ cursor }) => cursor))];
    return first && cursors.length > 1 ? [{ id: first.id, recipient: first.recipient, statuses: reports.map(({ status }) => status), cursors }] : [];
  });
}

/** Submissions under way at the same time have no order; a message answered before the other was submitted comes first. */
function reorderedOf(events: readonly ChaosEvent[], submitted: ReadonlyMap<string, EventOf<'submitted'>>, receptions: readonly EventOf<'received'>[]): Verdict['reordered'] {
  const acceptedAt = new Map(of(events, 'accepted').map(({ id, at }) => [id, at]));
  const latest = new Map<string, number>();
  const reordered = { atPrimaries: 0, elsewhere: 0 };
  for (const { id, device } of receptions) {
    const submission = submitted.get(id);
    if (!submission) continue;
    const line = `${submission.recipient}|${device}`;
    const overtakenAt = latest.get(line) ?? 0;
    if (overtakenAt > (acceptedAt.get(id) ?? Infinity)) reordered[device === PRIMARY ? 'atPrimaries' : 'elsewhere'] += 1;
    latest.set(line, Math.max(overtakenAt, submission.at));
  }
  return reordered;
}

function besideIp(texts: readonly EventOf<'texted'>[], receptions: readonly EventOf<'received'>[]): number {
  const overIp = new Set(receptions.filter(({ device }) => device === PRIMARY).map(({ id }) => id));
  return new Set(texts.map(({ id }) => id).filter((id) => overIp.has(id))).size;
}

function repeatedTexts(texts: readonly EventOf<'texted'>[], ended: readonly EventOf<'ended'>[]): Verdict['repeatedTexts'] {
  const ends = ended.filter(({ service }) => service === 'sms-interworking-gateway').map(({ at }) => at);
  const repeated = [...grouped(texts, ({ id }) => id)].flatMap(([id, times]) => (times.length > 1 ? [{ id, times: times.length, at: Math.min(...times.map(({ at }) => at)) }] : []));
  const isExplained = ({ at, times }: RepeatedText) => times === 2 && ends.some((end) => at >= end - IN_FLIGHT_MS && at <= end + LATE_MS);
  return { atGatewayEnd: repeated.filter(isExplained), unexplained: repeated.filter((text) => !isExplained(text)) };
}

function longestGap(events: readonly ChaosEvent[]): Verdict['longestGap'] {
  const [from = 0, ...rest] = of(events, 'submitted').map(({ at }) => at);
  const to = rest.at(-1) ?? from;
  const arrivals = events.filter(({ is, at }) => (is === 'received' || is === 'texted' || is === 'reported') && at > from && at < to).map(({ at }) => at);
  let longest = { ms: 0, at: from };
  let last = from;
  for (const at of [...arrivals.sort((a, b) => a - b), to]) {
    if (at - last > longest.ms) longest = { ms: at - last, at: last };
    last = at;
  }
  return longest;
}
