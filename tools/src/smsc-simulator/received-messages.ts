import type { ReceivedSubmit, SmppAddress } from '@cpm/smpp';
import { decodeShortMessage, type Concatenation } from '@cpm/sms-text';
import { comparable, type SmscBehaviour } from './behaviour.js';

/** A whole SMS as the handset shows it. */
export interface ReceivedMessage {
  /** E.164 with plus sign, short code, or sender name. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly segments: number;
  /** When the last segment came, RFC 3339. */
  readonly at: string;
  /** Of the first segment. */
  readonly messageId: string;
  /** One for each segment, in order. */
  readonly messageIds: readonly string[];
  /** Only DELIVERED ones have reached the handset. */
  readonly state: SmscBehaviour['outcome'];
}

/** One submit_sm. */
export interface ReceivedSegment {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly concat?: Concatenation;
  readonly at: string;
  /** Absent when it was not accepted. */
  readonly messageId?: string;
  readonly answer: SmscBehaviour['answer'];
  readonly dataCoding: number;
  readonly esmClass: number;
  readonly registeredDelivery: number;
  readonly validityPeriod: string;
  readonly userMessageReference?: number;
  /** How often this reference, recipient and segment number has been submitted so far, this time included: above 1 it is a duplicate. */
  readonly count: number;
}

interface Accepted {
  readonly segment: ReceivedSegment;
  readonly messageId: string;
}

const MAX_KEPT = 10_000;

/** What was submitted so far, oldest first; of each kind at least the newest 10,000. */
export class ReceivedMessages {
  #messages: ReceivedMessage[] = [];
  #segments: ReceivedSegment[] = [];
  readonly #counts = new Map<string, number>();
  readonly #unfinished = new Map<string, Map<number, Accepted>>();

  /** Notes a submission; `messageId` is absent when it was not accepted. */
  record(submit: ReceivedSubmit, { behaviour, at, messageId }: { behaviour: SmscBehaviour; at: string; messageId?: string }): ReceivedSegment {
    const segment: ReceivedSegment = {
      from: numberOf(submit.source),
      to: numberOf(submit.destination),
      ...decodeShortMessage(submit),
      at,
      ...(messageId === undefined ? {} : { messageId }),
      answer: behaviour.answer,
      dataCoding: submit.dataCoding,
      esmClass: submit.esmClass,
      registeredDelivery: submit.registeredDelivery,
      validityPeriod: submit.validityPeriod,
      ...(submit.userMessageReference === undefined ? {} : { userMessageReference: submit.userMessageReference }),
      count: 1,
    };
    const key = submissionKey(segment);
    const counted = { ...segment, count: key === undefined ? 1 : (this.#counts.get(key) ?? 0) + 1 };
    if (key !== undefined) keep(this.#counts, key, counted.count);
    this.#segments = append(this.#segments, counted);
    if (messageId !== undefined && !behaviour.held) this.#assemble({ segment: counted, messageId }, behaviour);
    return counted;
  }

  messages(to?: string): ReceivedMessage[] {
    return this.#messages.filter((message) => to === undefined || comparable(message.to) === comparable(to));
  }

  segments(to?: string): ReceivedSegment[] {
    return this.#segments.filter((segment) => to === undefined || comparable(segment.to) === comparable(to));
  }

  clear(): void {
    this.#messages = [];
    this.#segments = [];
    this.#counts.clear();
    this.#unfinished.clear();
  }

  /** As a handset does it: a part that comes again takes the place of the first, a whole message that comes again is shown again. */
  #assemble(accepted: Accepted, { outcome }: SmscBehaviour): void {
    const { concat, from, to } = accepted.segment;
    if (!concat) return this.#show([accepted], outcome);
    const key = JSON.stringify([from, to, concat.reference, concat.total]);
    const parts = (this.#unfinished.get(key) ?? new Map<number, Accepted>()).set(concat.part, accepted);
    keep(this.#unfinished, key, parts);
    if (parts.size < concat.total) return;
    this.#unfinished.delete(key);
    this.#show([...parts].sort(([a], [b]) => a - b).map(([, part]) => part), outcome);
  }

  #show(parts: readonly Accepted[], state: SmscBehaviour['outcome']): void {
    const [first] = parts;
    if (!first) return;
    const { from, to } = first.segment;
    const text = parts.map(({ segment }) => segment.text).join('');
    const at = parts.map(({ segment }) => segment.at).reduce((a, b) => (a > b ? a : b));
    const messageIds = parts.map(({ messageId }) => messageId);
    this.#messages = append(this.#messages, { from, to, text, segments: parts.length, at, messageId: first.messageId, messageIds, state });
  }
}

/** Without a reference only the concatenation can tell a duplicate from a second message of the same text. */
function submissionKey({ from, to, concat, text, userMessageReference }: ReceivedSegment): string | undefined {
  if (userMessageReference !== undefined) return JSON.stringify([from, to, concat?.part, userMessageReference]);
  return concat && JSON.stringify([from, to, concat, text]);
}

/** Trims in large steps, so that a long load run does not copy the list for each message. */
function append<T>(list: T[], item: T): T[] {
  list.push(item);
  return list.length > 2 * MAX_KEPT ? list.slice(-MAX_KEPT) : list;
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > 2 * MAX_KEPT && oldest !== undefined) map.delete(oldest);
}

function numberOf({ ton, address }: SmppAddress): string {
  return ton === 1 ? `+${address}` : address;
}
