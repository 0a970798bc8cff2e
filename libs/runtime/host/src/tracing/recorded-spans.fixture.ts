import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';

/** Records every span of a test until it is stopped. */
export function recordSpans() {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return {
    spans: (): readonly ReadableSpan[] => exporter.getFinishedSpans(),
    named: (start: string) => exporter.getFinishedSpans().filter(({ name }) => name.startsWith(start)),
    stop: () => {
      trace.disable();
      context.disable();
    },
  };
}
