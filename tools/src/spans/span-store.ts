import type { KeptSpan } from './otlp-json.js';

const MOST_TRACES = 2_000;
const MOST_SPANS = 5_000;

/** The last traces, those that were added to most recently. */
export class SpanStore {
  readonly #traces = new Map<string, KeptSpan[]>();

  constructor(private readonly mostTraces = MOST_TRACES) {}

  add(spans: readonly KeptSpan[]): void {
    for (const span of spans) {
      const trace = this.#traces.get(span.traceId) ?? [];
      if (trace.length < MOST_SPANS) trace.push(span);
      this.#traces.delete(span.traceId);
      this.#traces.set(span.traceId, trace);
    }
    for (const oldest of this.#traces.keys()) {
      if (this.#traces.size <= this.mostTraces) return;
      this.#traces.delete(oldest);
    }
  }

  /** All spans of every trace in which one is about the message. */
  about(messageId: string): readonly KeptSpan[] {
    return [...this.#traces.values()].filter((spans) => spans.some(({ message }) => message === messageId)).flat();
  }
}
