import type { AnyAggregate, JourneyEntry } from '@cpm/runtime-decider';
import type { AggregateWrite, OutboxEntry, Sequence, StoredAggregate } from '@cpm/runtime-ports';

/** How many command outcomes an aggregate remembers, so that a repeated command gets the first one. */
const ANSWERS_KEPT = 32;

export function upgraded({ upgrade }: AnyAggregate, stored: unknown): unknown {
  return upgrade ? upgrade(stored) : stored;
}

/** One aggregate while a batch is decided: the stored form and what the batch adds to it. */
export class WorkingCopy {
  state: unknown;
  watermark: number;
  decidedAt: number;
  readonly seen: Record<string, Sequence>;
  readonly answers: (readonly [string, unknown])[];
  readonly produced: OutboxEntry[] = [];
  readonly journey: JourneyEntry[] = [];
  changed = false;
  /** `traceparent` of the last decision, where a later one may have to go on there. */
  trace: string | undefined;

  constructor(
    readonly aggregate: AnyAggregate,
    readonly id: string,
    private readonly stored: StoredAggregate | undefined,
  ) {
    this.state = stored ? upgraded(aggregate, stored.state) : aggregate.decider.initial;
    this.watermark = stored?.watermark ?? 0;
    this.decidedAt = stored?.decidedAt ?? 0;
    this.seen = { ...stored?.seen };
    this.answers = [...(stored?.answers ?? [])];
    this.trace = stored?.trace;
  }

  answerTo(commandId: string): { outcome: unknown } | undefined {
    const known = this.answers.find(([id]) => id === commandId);
    return known && { outcome: known[1] };
  }

  remember(commandId: string, outcome: unknown): void {
    this.answers.push([commandId, outcome]);
    if (this.answers.length > ANSWERS_KEPT) this.answers.shift();
  }

  /** A timer goes on in the trace of what set it; what concerns one message never leaves its trace. */
  follow(traceparent: string | undefined): void {
    if (this.aggregate.isOfOneMessage) this.trace = traceparent ?? this.trace;
    else if (this.aggregate.timersOf) this.trace = traceparent;
  }

  /** Outputs kept from earlier runs whose input is not committed yet: they must be offered again. */
  owed(committed: number, end: number): OutboxEntry[] {
    return (this.stored?.outbox ?? []).filter(({ offset }) => offset >= committed && offset < end);
  }

  /** The conditional write of this copy; `committed` prunes outputs that surely reached the log. */
  write(partition: number, committed: number): AggregateWrite {
    const { aggregate, state } = this;
    const timers = Object.values(aggregate.timersOf?.(state) ?? {});
    const next: StoredAggregate = {
      id: this.id,
      owner: aggregate.ownerOf(this.id),
      partition,
      version: this.stored ? this.stored.version + 1 : this.watermark,
      watermark: this.watermark,
      seen: this.seen,
      decidedAt: this.decidedAt,
      state,
      outbox: [...(this.stored?.outbox ?? []).filter(({ offset }) => offset >= committed), ...this.produced],
      answers: this.answers,
      ...(this.trace !== undefined && { trace: this.trace }),
    };
    return {
      kind: aggregate.name,
      isFirst: this.stored === undefined,
      next,
      due: timers.length > 0 ? Math.min(...timers) : undefined,
      open: aggregate.isOpen?.(state) ?? false,
      removableAt: aggregate.removableAt?.(state),
      message: aggregate.messageOf?.(this.id),
      journey: this.journey,
    };
  }
}
