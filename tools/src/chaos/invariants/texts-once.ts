import type { EventOf } from '../history.js';
import type { Seen } from '../seen.js';
import type { Invariant } from './invariant.js';

export interface RepeatedText {
  readonly id: string;
  readonly times: number;
  /** Of the first time, epoch ms. */
  readonly at: number;
}

/** How long before the end of the gateway a text may have left of which the end took the outcome away. */
const IN_FLIGHT_MS = 10_000;
/** The simulator writes down a submission when it comes, which may be just after the process that made it has ended. */
const LATE_MS = 1_000;
const GATEWAY = 'sms-interworking-gateway';

/** A text goes to the SMSC once; twice only where the gateway could not hear what became of the first. */
export const textsOnce: Invariant = {
  name: 'no text is doubled unexplained',
  broken: (seen) => repeatedTexts(seen).unexplained.map(({ id, times, at }) => ({ about: id, what: `sent as SMS ${times} times, first at ${new Date(at).toISOString()}` })),
};

export function repeatedTexts(seen: Seen): { readonly explained: readonly RepeatedText[]; readonly unexplained: readonly RepeatedText[] } {
  const known = seen.of('texted').filter((text): text is EventOf<'texted'> & { readonly id: string } => text.id !== undefined);
  const repeated = [...Map.groupBy(known, ({ id, to }) => `${to}|${id}`).values()].flatMap((texts) => {
    const [first] = texts;
    return first && texts.length > 1 ? [{ id: first.id, times: texts.length, at: Math.min(...texts.map(({ at }) => at)) }] : [];
  });
  const spans = outagesOfGateway(seen);
  const isExplained = ({ at, times }: RepeatedText) => times === 2 && spans.some(({ from, until }) => at >= from - IN_FLIGHT_MS && at <= until + LATE_MS);
  return { explained: repeated.filter(isExplained), unexplained: repeated.filter((text) => !isExplained(text)) };
}

/** When it ended, stood still, or was cut off from the SMSC. */
function outagesOfGateway(seen: Seen): { readonly from: number; readonly until: number }[] {
  const ends = seen.of('ended').filter(({ service }) => service === GATEWAY).map(({ at }) => ({ from: at, until: at }));
  const faults = seen.of('fault').filter(({ kind, target }) => target.startsWith(GATEWAY) || kind === 'smsc-drop' || target === 'smsc').map(({ at, until }) => ({ from: at, until }));
  return [...ends, ...faults];
}
