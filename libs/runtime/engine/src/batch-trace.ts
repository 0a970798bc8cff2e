import { inboxOf, type ServiceName } from '@cpm/runtime-decider';
import { beginSpan, errorName, failed, isSampled, spanContextOf, through, traceparentOf, within } from '@cpm/runtime-ports';
import type { InboxMessage, Poison } from './inbox-message.js';
import type { WorkingCopy } from './working-copy.js';

type SpanContext = NonNullable<ReturnType<typeof spanContextOf>>;

/** Of one batch, however many records it has: what comes after goes on in the trace without a span of its own. */
const MOST_DECISION_SPANS = 256;
const MOST_LINKS = 32;

/** The spans of the decisions of one batch. */
export class BatchTrace {
  private begun = 0;

  constructor(
    private readonly service: ServiceName,
    private readonly batch: SpanContext | undefined,
  ) {}

  /** Runs `decide` with the `traceparent` of what comes of it; undefined where the message belongs to no trace. */
  decision<Result>(message: InboxMessage, copy: WorkingCopy, decide: (traceparent: string | undefined) => Result): Result {
    const parent = parentOf(message, copy);
    if (!isSampled(parent) || this.begun >= MOST_DECISION_SPANS) return decide(traceparentOf(parent));
    this.begun += 1;
    const before = copy.watermark;
    const { record, aggregate, trace } = message;
    const span = beginSpan(nameOf(message), {
      kind: 'CONSUMER',
      service: this.service,
      links: [this.batch, trace?.traceId === parent?.traceId ? undefined : trace],
      attributes: {
        'messaging.system': 'kafka',
        'messaging.destination.name': inboxOf(this.service),
        'messaging.destination.partition.id': String(record.partition),
        'messaging.kafka.offset': record.offset,
        'cpm.user': record.key,
        ...(aggregate.isOfOneMessage && aggregate.messageOf && { 'cpm.message.id': aggregate.messageOf(message.id) }),
      },
    }, parent);
    try {
      return decide(traceparentOf(span.spanContext()));
    } catch (error) {
      failed(span, errorName(error));
      throw error;
    } finally {
      // A copy of a record that was decided before changes nothing.
      span.setAttribute('cpm.decided', copy.watermark !== before).end();
    }
  }
}

/** A span over the handling of a batch, in the trace of its first recorded message and linked to the others'; none where no message is recorded. */
export function traceBatch<Result>(service: ServiceName, messages: readonly (InboxMessage | Poison)[], handle: (trace: BatchTrace) => Promise<Result>): Promise<Result> {
  const traces = new Map(messages.flatMap((message) => (message.kind !== 'poison' && message.trace && isSampled(message.trace) ? [[message.trace.traceId, message.trace] as const] : [])));
  const [first, ...others] = traces.values();
  if (!first) return within(undefined, () => handle(new BatchTrace(service, undefined)));
  const attributes = { 'messaging.system': 'kafka', 'messaging.destination.name': inboxOf(service), 'messaging.batch.message_count': messages.length };
  const span = beginSpan(`process ${inboxOf(service)}`, { kind: 'CONSUMER', service, attributes, links: others.slice(0, MOST_LINKS) }, first);
  return through(span, () => handle(new BatchTrace(service, span.spanContext())));
}

/** An answer to a message, a receipt or a timer of its own goes on in the message's trace, wherever it began. */
function parentOf({ kind, aggregate, trace }: InboxMessage, copy: WorkingCopy): SpanContext | undefined {
  const kept = aggregate.isOfOneMessage || kind === 'timer' ? spanContextOf(copy.trace) : undefined;
  return kept && kept.traceId !== trace?.traceId ? kept : trace;
}

function nameOf(message: InboxMessage): string {
  // What follows the name of a timer is whose it is.
  const what = message.kind === 'event' ? message.subscription.contract.type : `timer ${message.timer.split('|', 1)[0]}`;
  return `decide ${message.aggregate.name} ${what}`;
}
