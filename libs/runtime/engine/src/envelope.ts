import type { EventContract, ServiceName } from '@cpm/runtime-decider';
import { ceType } from '@cpm/runtime-decider';
import type { Sequence } from '@cpm/runtime-ports';

/**
 * An event in flight: CloudEvents 1.0, structured JSON mode. (source, id) identifies it. For an event that came out
 * of an inbox record, source is that partition (`/routing/1/3`: service, topic generation, partition) and id is
 * `offset.index`, so that a repetition carries the same identity; for one from outside, source ends in `/ingress`.
 */
export interface Envelope {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly data: unknown;
  /** Of the span that it came of (CloudEvents' extension for distributed tracing); nobody has looked at it yet. */
  readonly traceparent?: unknown;
}

/** Generation of the inbox topics: changes only when topics are re-created or re-partitioned. */
export const TOPIC_GENERATION = 1;

export const TIMER_DUE = 'cpm.runtime.TimerDue.v1';

export interface TimerDue {
  readonly aggregate: string;
  readonly id: string;
  readonly timer: string;
  readonly at: number;
}

/** Encodes many events of one origin: the constant parts are joined once. */
export function encodeEnvelope(source: string, id: string, type: string, dataJson: string): string {
  return `{"specversion":"1.0","id":"${id}","source":"${source}","type":"${type}","data":${dataJson}}`;
}

/** The same event as a part of the trace that a `traceparent` names. Readers that know of none take it as it was. */
export function traced(envelope: string, traceparent: string | undefined): string {
  return traceparent === undefined ? envelope : `{"traceparent":"${traceparent}",${envelope.slice(1)}`;
}

export function encodeEvent(source: string, id: string, contract: Pick<EventContract, 'owner' | 'type' | 'version'>, payload: unknown): string {
  return encodeEnvelope(source, id, ceType(contract), JSON.stringify(payload));
}

export function sourceOf(service: ServiceName, partition: number): string {
  return `/${service}/${TOPIC_GENERATION}/${partition}`;
}

export function ingressSource(service: ServiceName): string {
  return `/${service}/ingress`;
}

/** An inbox partition of a service, or its entrance: it becomes the name of a field where positions are kept. */
const SOURCE = /^\/[a-z][a-z\d-]{0,63}\/(?:ingress|\d{1,9}\/\d{1,9})$/;
const POSITION = /^\d{1,15}\.\d{1,9}$/;
const LONGEST_ID = 256;

/** Throws an Error that says what is wrong with the record, without a word of what it holds. */
export function decodeEnvelope(value: string): Envelope {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    throw new Error('not JSON');
  }
  const envelope = parsed as Partial<Envelope> | null;
  if (typeof envelope !== 'object' || envelope === null) throw new Error('not a CloudEvents object');
  for (const field of ['id', 'source', 'type'] as const) {
    if (typeof envelope[field] !== 'string') throw new Error(`${field}: must be a string`);
  }
  if (envelope.specversion !== '1.0') throw new Error('specversion: must be "1.0"');
  const { id = '', source = '' } = envelope;
  if (!SOURCE.test(source)) throw new Error('source: must be /service/generation/partition or /service/ingress');
  if (id.length > LONGEST_ID) throw new Error(`id: must have at most ${LONGEST_ID} characters`);
  if (!isEntrance(source) && !POSITION.test(id)) throw new Error('id: must be offset.index');
  return envelope as Envelope;
}

function isEntrance(source: string): boolean {
  return source.endsWith('/ingress');
}

/** The position an event holds in its upstream partition; undefined for events from outside, which carry none. */
export function sequenceOf({ id, source }: Envelope): Sequence | undefined {
  if (isEntrance(source)) return undefined;
  const dot = id.indexOf('.');
  return [Number(id.slice(0, dot)), Number(id.slice(dot + 1))];
}

export function isAfter(a: Sequence, b: Sequence | undefined): boolean {
  return b === undefined || a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}
