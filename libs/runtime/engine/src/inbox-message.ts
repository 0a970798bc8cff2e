import type { Labelled } from '@cpm/metrics';
import type { AnyAggregate, Erasure, ErasureOrder, ServiceDefinition, Subscription } from '@cpm/runtime-decider';
import { ceType } from '@cpm/runtime-decider';
import { spanContextOf, type InboxRecord, type Sequence } from '@cpm/runtime-ports';
import { unsafePart } from '@cpm/vocabulary';
import { z } from 'zod';
import { decodeEnvelope, sequenceOf, TIMER_DUE } from './envelope.js';

type Trace = ReturnType<typeof spanContextOf>;

/** A record that is understood: which aggregate it is for, what it says, and the span that it came of. */
export type InboxMessage =
  | {
      readonly kind: 'event';
      readonly record: InboxRecord;
      readonly source: string;
      readonly sequence: Sequence | undefined;
      readonly subscription: Subscription;
      readonly aggregate: AnyAggregate;
      readonly id: string;
      readonly payload: unknown;
      readonly trace: Trace;
    }
  | {
      readonly kind: 'timer';
      readonly record: InboxRecord;
      readonly source: string;
      readonly sequence: undefined;
      readonly aggregate: AnyAggregate;
      readonly id: string;
      readonly timer: string;
      readonly at: number;
      readonly trace: Trace;
    };

/** All that is kept of a user is to be erased. */
export interface ErasureMessage {
  readonly kind: 'erasure';
  readonly record: InboxRecord;
  readonly order: ErasureOrder;
}

export type PoisonFault = Labelled<'cpm_dead_letters_total'>['reason'];

/** A record that cannot be dealt with, with the reason: it goes aside. */
export interface Poison {
  readonly kind: 'poison';
  readonly record: InboxRecord;
  readonly fault: PoisonFault;
  readonly reason: string;
}

const timerDue = z.object({ aggregate: z.string(), id: z.string(), timer: z.string(), at: z.number() });

/** Turns records into messages of one service. Never throws: what does not parse is poison. */
export class InboxDecoder {
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly aggregates = new Map<string, AnyAggregate>();
  private readonly erasure: Erasure | undefined;

  constructor(service: ServiceDefinition) {
    this.erasure = service.erasure;
    for (const subscription of service.subscriptions) this.subscriptions.set(ceType(subscription.contract), subscription);
    for (const aggregate of service.aggregates) this.aggregates.set(aggregate.name, aggregate);
  }

  decode(record: InboxRecord): InboxMessage | ErasureMessage | Poison {
    try {
      return this.understand(record);
    } catch (error) {
      return { kind: 'poison', record, fault: 'not-understood', reason: reasonOf(error) };
    }
  }

  private understand(record: InboxRecord): InboxMessage | ErasureMessage {
    if (record.fault !== undefined) throw new Error(record.fault);
    const envelope = decodeEnvelope(record.value);
    assertSafe(envelope.data);
    const trace = spanContextOf(envelope.traceparent);
    if (envelope.type === TIMER_DUE) return { ...this.timer(record, envelope.source, timerDue.parse(envelope.data)), trace };
    if (this.erasure && envelope.type === ceType(this.erasure.asked)) return { kind: 'erasure', record, order: orderOf(record, this.erasure.asked.schema.parse(envelope.data)) };
    const subscription = this.subscriptions.get(envelope.type);
    if (!subscription) throw new Error(`type: ${named(envelope.type)} is not heard here`);
    const payload = subscription.contract.schema.parse(envelope.data);
    if (subscription.contract.key(payload) !== record.key) throw new Error('key: is not the user the event is about');
    const { aggregate } = subscription;
    const id = subscription.idOf(payload);
    if (aggregate.ownerOf(id) !== record.key) throw new Error(`id: the ${aggregate.name} is not of the user the event is about`);
    // The database would keep it under another id, and not find it again.
    if (!id.isWellFormed()) throw new Error(`id: the ${aggregate.name} has a lone surrogate in its id`);
    return { kind: 'event', record, source: envelope.source, sequence: sequenceOf(envelope), subscription, aggregate, id, payload, trace };
  }

  private timer(record: InboxRecord, source: string, due: z.infer<typeof timerDue>): Omit<Extract<InboxMessage, { kind: 'timer' }>, 'trace'> {
    const aggregate = this.aggregates.get(due.aggregate);
    if (!aggregate) throw new Error(`aggregate: ${named(due.aggregate)} is not known here`);
    if (aggregate.ownerOf(due.id) !== record.key) throw new Error('key: is not the owner of the aggregate');
    return { kind: 'timer', record, source, sequence: undefined, aggregate, id: due.id, timer: due.timer, at: due.at };
  }
}

function assertSafe(data: unknown): void {
  const unsafe = unsafePart(data);
  if (unsafe) throw new Error(`${unsafe.path.length === 0 ? 'data' : named(unsafe.path.map(String).join('.'))}: ${unsafe.fault}`);
}

/** A name that came from outside, where a person reads it. */
function named(text: string): string {
  return text.replace(/[^\w.\u2400-]/g, '?').slice(0, 100);
}

function orderOf({ key }: InboxRecord, order: ErasureOrder): ErasureOrder {
  if (order.user !== key) throw new Error('key: is not the user the event is about');
  return order;
}

/** One line that names the field: zod issues are joined, other errors give their message. */
function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return error.issues.map(({ path, message }) => `${path.join('.') || 'data'}: ${message}`).join('; ').slice(0, 500);
  return (error as Error).message.slice(0, 500);
}

/** An erasure is handled alone: what stands before it. */
export function beforeErasure(decoded: readonly (InboxMessage | ErasureMessage | Poison)[]): readonly (InboxMessage | Poison)[] {
  const at = decoded.findIndex(({ kind }) => kind === 'erasure');
  return (at < 0 ? decoded : decoded.slice(0, at)) as readonly (InboxMessage | Poison)[];
}
