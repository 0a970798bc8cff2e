import { aligned } from '../demo/journey-text.js';
import type { KeptSpan } from './otlp-json.js';

const NANOSECONDS = 1e6;

/** The traces as trees, the largest first: when a span began after its trace, how long it took, whose it is, and under what it stands. */
export function treeLines(spans: readonly KeptSpan[]): readonly string[] {
  const traces = [...Map.groupBy(spans, ({ traceId }) => traceId)].sort(([, a], [, b]) => b.length - a.length);
  return traces.flatMap(([traceId, own], index) => [...(index > 0 ? [''] : []), ...linesOf(traceId, own)]);
}

function linesOf(traceId: string, spans: readonly KeptSpan[]): readonly string[] {
  const ordered = spans.toSorted((a, b) => Number(BigInt(a.start) - BigInt(b.start)));
  const begin = BigInt(ordered[0]?.start ?? 0);
  const known = new Set(ordered.map(({ spanId }) => spanId));
  const children = Map.groupBy(ordered, ({ parentSpanId }) => (parentSpanId !== undefined && known.has(parentSpanId) ? parentSpanId : ''));
  const rows = (parent: string, depth: number): string[][] => (children.get(parent) ?? []).flatMap((span) => [
    [`+${milliseconds(BigInt(span.start) - begin)} ms`, `${milliseconds(BigInt(span.end) - BigInt(span.start))} ms`.padStart(11), span.service, `${'  '.repeat(depth)}${span.name}${noteOf(span)}`],
    ...rows(span.spanId, depth + 1),
  ]);
  const linked = [...new Set(ordered.flatMap((span) => span.linked))];
  return [`trace ${traceId}, ${spans.length} spans${linked.length > 0 ? `, linked to ${linked.join(', ')}` : ''}`, ...aligned(rows('', 0))];
}

function noteOf({ error }: KeptSpan): string {
  return error === undefined ? '' : `  failed: ${error}`;
}

function milliseconds(nanoseconds: bigint): string {
  return (Number(nanoseconds) / NANOSECONDS).toFixed(1);
}
