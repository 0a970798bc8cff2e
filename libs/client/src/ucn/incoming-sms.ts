import { correlationTag, isSummaryRef, UCN_REF } from '@cpm/message-tags';
import type { ReceivedSms, StoredObject, Ucn } from '../store/stored.js';
import { attributeOf } from '../box/box-object.js';

/** A short message that came into the phone's inbox, joined when it came in segments. */
export interface IncomingSms {
  /** E.164 with `+`, or the `tel:` URI of it. */
  readonly from: string;
  readonly text: string;
  /** When it was sent. RFC 3339. */
  readonly at: string;
  /** The phone's own id of it; the same SMS told twice counts once. */
  readonly smsId?: string;
}

/**
 * `copy`: of a message of the box, or a notification whose original is here: not to be shown besides it. `ucn`: looks like a notification,
 * which only its original proves: to be shown as any SMS until it is a copy. `sms`: none of CPM's, as far as is known.
 */
export type SmsKind = 'ucn' | 'copy' | 'sms';

const LINK = /\/u\/[\w-]{22}(?![\w-])/;
const EVERY_REF = new RegExp(UCN_REF, 'g');
/** How far the times of a message and of its copy as SMS may be apart. */
export const COPY_WINDOW_MS = 5 * 60_000;
/** As long a message may still come that an SMS of then is a copy of. */
export const SMS_KEPT_MS = 7 * 86_400_000;

/** The notification that an SMS is, going by its text. */
export function ucnIn(id: string, { from, text, at }: IncomingSms): Ucn | undefined {
  const refs = [...new Set(text.match(EVERY_REF) ?? [])];
  return refs.length > 0 || LINK.test(text) ? { id, from, text, at, refs, state: 'waiting', ...(refs.some(isSummaryRef) && { isSummary: true }) } : undefined;
}

/** Throws RangeError for a time that cannot be read: it would be near to any other. */
export function receivedSms({ from, text, at, smsId }: IncomingSms): ReceivedSms {
  if (Number.isNaN(Date.parse(at))) throw new RangeError(`at is no RFC 3339 time: ${at}`);
  const tag = correlationTag(from.replace(/^tel:/, ''), text);
  return { id: smsId ?? `${tag}@${at}`, correlationTag: tag, at };
}

/**
 * CPM-MLD-034: which short messages are copies of which objects: same other party, same words, at most five minutes apart, one to one.
 * The same whatever came first. What was found a copy stays one when its object is gone.
 * @returns id of the object by id of the SMS
 */
export function copiesAmong(sms: Iterable<ReceivedSms>, objects: Iterable<StoredObject>): ReadonlyMap<string, string> {
  const objectsByTag = Map.groupBy([...objects].filter((object) => attributeOf(object, 'Direction') !== 'Out'), ({ correlationTag: tag }) => tag);
  const copies = new Map<string, string>();
  for (const [tag, all] of Map.groupBy(sms, ({ correlationTag: sameTag }) => sameTag)) {
    const candidates = (objectsByTag.get(tag) ?? []).map((object) => ({ id: object.id, at: Date.parse(attributeOf(object, 'Date') ?? '') })).filter(({ at }) => !Number.isNaN(at)).sort(byTime);
    const present = new Set(candidates.map(({ id }) => id));
    const [kept, open] = [all.filter(({ copyOf }) => copyOf !== undefined && !present.has(copyOf)), all.filter(({ copyOf }) => copyOf === undefined || present.has(copyOf))];
    for (const { id, copyOf } of kept) copies.set(id, copyOf as string);
    for (const [id, object] of pairsInTime(open.map((one) => ({ id: one.id, at: Date.parse(one.at) })).sort(byTime), candidates)) copies.set(id, object);
  }
  return copies;
}

interface Moment {
  readonly id: string;
  readonly at: number;
}

/** As many pairs as there can be: of two rows in order of time, the earliest that reach each other. */
function pairsInTime(sms: readonly Moment[], objects: readonly Moment[]): readonly (readonly [sms: string, object: string])[] {
  const pairs: (readonly [string, string])[] = [];
  let next = 0;
  for (const { id, at } of sms) {
    let object = objects[next];
    while (object !== undefined && object.at < at - COPY_WINDOW_MS) {
      next += 1;
      object = objects[next];
    }
    if (object === undefined || object.at > at + COPY_WINDOW_MS) continue;
    pairs.push([id, object.id]);
    next += 1;
  }
  return pairs;
}

function byTime(a: Moment, b: Moment): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1);
}
