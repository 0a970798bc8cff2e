import type { ServiceName } from '@cpm/runtime-decider';
import type { ChaosEvent, EventOf } from './history.js';
import { convergedBoxes } from './invariants/boxes-converge.js';
import { firstReceptions, overtaken } from './invariants/in-order.js';
import { INVARIANTS, type Violation } from './invariants/index.js';
import { contestsWon } from './invariants/one-winner.js';
import { repeatedTexts } from './invariants/texts-once.js';
import { Seen } from './seen.js';

export interface Figures {
  readonly submitted: number;
  readonly accepted: number;
  /** By kind. */
  readonly acceptedOf: Readonly<Record<string, number>>;
  /** Never answered with 202 within the limit: their senders were told. */
  readonly refused: number;
  /** How often which reason ended the last try. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Submissions made once more, and answered with 202 again. */
  readonly repeated: number;
  /** Receptions by devices, each message once per device. */
  readonly delivered: number;
  readonly texts: number;
  /** Texts of Primaries that were on IP as far as their clients know. */
  readonly textsInsteadOfIp: number;
  readonly explainedRepeatedTexts: number;
  readonly reports: number;
  /** Frames that a client had seen before a reconnection and did not show again. */
  readonly replayedFrames: number;
  /** Messages that came to a device under more than one cursor: withdrawn, and pushed again. */
  readonly pushedAgain: number;
  /** What waited for a device without IP, and was overtaken meanwhile. */
  readonly overtakenWhileWaiting: number;
  readonly contests: { readonly held: number; readonly won: number };
  readonly filesFetched: number;
  readonly boxes: { readonly compared: number; readonly converged: number; readonly objects: number };
  /** The longest time under load in which nothing arrived anywhere. */
  readonly longestGap: { readonly ms: number; readonly at: number };
  readonly endedByItself: readonly { readonly service: ServiceName; readonly at: number }[];
}

export interface Verdict {
  readonly figures: Figures;
  readonly violations: readonly Violation[];
}

export function judge(events: readonly ChaosEvent[]): Verdict {
  const seen = new Seen(events);
  const violations = INVARIANTS.flatMap(({ name, broken }) => broken(seen).map((one) => ({ invariant: name, ...one })));
  return { figures: { ...submissionFigures(seen), ...deliveryFigures(seen, violations), ...endFigures(seen) }, violations };
}

type SubmissionFigures = Pick<Figures, 'submitted' | 'accepted' | 'acceptedOf' | 'refused' | 'refusals' | 'repeated'>;

function submissionFigures(seen: Seen): SubmissionFigures {
  const { accepted } = seen;
  return {
    submitted: seen.of('submitted').length,
    accepted: accepted.length,
    acceptedOf: countBy(accepted, ({ kind }) => kind),
    refused: seen.of('refused').length,
    refusals: countBy(seen.of('refused'), ({ reason }) => reason),
    repeated: seen.of('repeated').filter(({ answer }) => answer === 'ok').length,
  };
}

type EndFigures = Pick<Figures, 'contests' | 'filesFetched' | 'boxes' | 'longestGap' | 'endedByItself'>;

function endFigures(seen: Seen): EndFigures {
  const boxes = seen.of('box');
  return {
    contests: { held: new Set(seen.of('answered').map(({ id }) => id)).size, won: contestsWon(seen.of('answered')) },
    filesFetched: seen.of('fetched').length,
    boxes: { compared: boxes.length, converged: convergedBoxes(seen), objects: seen.of('store').reduce((sum, { sight }) => sum + Object.keys(sight).length, 0) },
    longestGap: longestGap(seen),
    endedByItself: seen.of('ended').filter(({ by }) => by === 'itself').map(({ service, at }) => ({ service, at })),
  };
}

function deliveryFigures(seen: Seen, violations: readonly Violation[]): Omit<Figures, keyof SubmissionFigures | keyof EndFigures> {
  const texts = seen.of('texted').filter(({ id }) => id !== undefined);
  return {
    delivered: firstReceptions(seen).length,
    texts: texts.length,
    textsInsteadOfIp: texts.filter(({ id = '' }) => seen.submission(id)?.kind !== 'sms').length,
    explainedRepeatedTexts: repeatedTexts(seen).explained.length,
    reports: seen.of('reported').length,
    replayedFrames: replayed(seen.of('report-frame'), ({ device, reportId }) => `${device}|${reportId}`) + replayed(seen.of('message-frame'), ({ device, id, cursor }) => `${device}|${id}|${cursor}`),
    pushedAgain: [...Map.groupBy(seen.of('message-frame'), ({ device, id }) => `${device}|${id}`).values()].filter((frames) => new Set(frames.map(({ cursor }) => cursor)).size > 1).length,
    overtakenWhileWaiting: overtaken(seen).length - violations.filter(({ invariant }) => invariant === 'messages come in order').length,
  };
}

function replayed<Item>(items: readonly Item[], keyOf: (item: Item) => string): number {
  return items.length - new Set(items.map(keyOf)).size;
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(items, keyOf)].map(([key, all]) => [key, all.length]));
}

type Arrival = EventOf<'received' | 'texted' | 'reported' | 'fetched'>;

function longestGap(seen: Seen): Figures['longestGap'] {
  const [from = 0, ...rest] = seen.of('submitted').map(({ at }) => at);
  const to = rest.at(-1) ?? from;
  const arrivals: readonly Arrival[] = [...seen.of('received'), ...seen.of('texted'), ...seen.of('reported'), ...seen.of('fetched')];
  let longest = { ms: 0, at: from };
  let last = from;
  for (const at of [...arrivals.map((arrival) => arrival.at).filter((at) => at > from && at < to).sort((a, b) => a - b), to]) {
    if (at - last > longest.ms) longest = { ms: at - last, at: last };
    last = at;
  }
  return longest;
}
