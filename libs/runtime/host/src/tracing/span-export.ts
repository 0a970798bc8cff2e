import type { Attributes } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import { isSampled } from '@cpm/runtime-ports';

/** What became of recorded spans since the start, and how many wait. */
export interface SpanCounts {
  exported: number;
  /** For want of room in the queue. */
  dropped: number;
  /** The collector did not take them in time. */
  failed: number;
  waiting: number;
}

/** Lets spans into the queue behind it while there is room, those on their way to the collector counted; drops and counts the others. Never waits. */
export class BoundedSpans implements SpanProcessor {
  constructor(
    private readonly queue: SpanProcessor,
    private readonly counts: SpanCounts,
    private readonly limit: number,
  ) {}

  onStart(): void {
    // Spans are of interest when they are over.
  }

  onEnd(span: ReadableSpan): void {
    if (!isSampled(span.spanContext())) return;
    if (this.counts.waiting >= this.limit) {
      this.counts.dropped += 1;
      return;
    }
    this.counts.waiting += 1;
    this.queue.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.queue.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.queue.shutdown();
  }
}

export interface ExportObserver {
  readonly counts: SpanCounts;
  /** The collector begins, or ceases, to take spans. */
  readonly changed: (works: boolean) => void;
}

/** What leaves the process says of nobody who he is: attributes are redacted as log lines are. */
export class RedactedExporter implements SpanExporter {
  private works = true;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly redact: (text: string) => string,
    private readonly observer: ExportObserver,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans.map((span) => redacted(span, this.redact)), (result) => {
      const works = result.code === ExportResultCode.SUCCESS;
      this.observer.counts[works ? 'exported' : 'failed'] += spans.length;
      this.observer.counts.waiting -= spans.length;
      if (works !== this.works) this.observer.changed(works);
      this.works = works;
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }
}

function redacted(span: ReadableSpan, redact: (text: string) => string): ReadableSpan {
  const { kind, parentSpanContext, startTime, endTime, status, links, duration, ended, resource, instrumentationScope } = span;
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  return {
    kind, startTime, endTime, status, links, duration, ended, resource, instrumentationScope, droppedAttributesCount, droppedEventsCount, droppedLinksCount,
    ...(parentSpanContext && { parentSpanContext }),
    name: redact(span.name),
    attributes: redactedAttributes(span.attributes, redact),
    // None is made here, and what a library may add is not known.
    events: [],
    spanContext: () => span.spanContext(),
  };
}

/** By these a message is found again; a group of only digits in them is no number. */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function redactedAttributes(attributes: Attributes, redact: (text: string) => string): Attributes {
  const safe = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(safe);
    return typeof value === 'string' && !UUID.test(value) ? redact(value) : value;
  };
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, safe(value)])) as Attributes;
}
