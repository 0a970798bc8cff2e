import type { Count } from '@cpm/metrics';
import type { AnyAggregate, DecisionContext, Effect, OpenAggregate, Reaction, RowWrite, ServiceName } from '@cpm/runtime-decider';
import { assertWriter, inboxOf } from '@cpm/runtime-decider';
import type { OutboxEntry } from '@cpm/runtime-ports';
import type { Policy } from '@cpm/vocabulary';
import { encodeEvent, isAfter, sourceOf, traced } from './envelope.js';
import type { InboxMessage } from './inbox-message.js';
import type { WorkingCopy } from './working-copy.js';

/** What a decision made of one message, beside the change of its aggregate. */
export interface Outcome {
  readonly rows: readonly RowWrite[];
  readonly effects: readonly Effect[];
  readonly answers: readonly { commandId: string; outcome: unknown }[];
  readonly counts: readonly Count[];
  /** Of what it puts out, in characters. */
  readonly produced: number;
}

const NOTHING: Outcome = { rows: [], effects: [], answers: [], counts: [], produced: 0 };

export interface Surroundings {
  readonly service: ServiceName;
  readonly policy: Policy;
  readonly view: (aggregate: AnyAggregate, id: string) => unknown;
  readonly open: (message: InboxMessage) => readonly OpenAggregate[];
}

/**
 * Decides one message on its aggregate. Pure but for the working copy it changes. A message that the aggregate
 * has already applied, or a copy of one, changes nothing. `traceparent`: what comes of the decision belongs there.
 */
export function decideMessage(message: InboxMessage, copy: WorkingCopy, surroundings: Surroundings, traceparent?: string): Outcome {
  const { record, aggregate, sequence, source } = message;
  if (record.offset < copy.watermark) return NOTHING;
  if (sequence && !isAfter(sequence, copy.seen[source])) return NOTHING;
  const commandId = message.kind === 'event' ? (message.payload as { commandId?: string }).commandId : undefined;
  const known = commandId === undefined ? undefined : copy.answerTo(commandId);
  if (known && commandId !== undefined) return { ...NOTHING, answers: [{ commandId, outcome: known.outcome }] };

  const now = Math.max(copy.decidedAt, record.timestamp, message.kind === 'timer' ? message.at : 0);
  const context: DecisionContext = {
    now,
    policy: surroundings.policy,
    id: message.id,
    view: aggregate.view ? surroundings.view(aggregate.view.aggregate, aggregate.view.idOf(message.id)) : undefined,
    open: surroundings.open(message),
  };
  const command = commandOf(message, copy, context);
  if (command === undefined) return NOTHING;

  const events = aggregate.decider.decide(command, copy.state);
  let state = copy.state;
  for (const event of events) state = aggregate.decider.evolve(state, event);
  const reactions = events.flatMap((event) => aggregate.react(event, state, context));
  const journey = events.flatMap((event) => aggregate.journalOf?.(event, context, state) ?? []);
  const counts = events.flatMap((event) => aggregate.countsOf?.(event, state) ?? []);
  const produced = encodePublications(reactions, message, surroundings.service);
  // Nothing below can throw: the copy changes as a whole or not at all.
  const outcome = { ...sortReactions(reactions), counts, produced: produced.reduce((sum, { value }) => sum + value.length, 0) };
  for (const { commandId: decided, outcome: answer } of outcome.answers) copy.remember(decided, answer);
  copy.produced.push(...produced.map((entry) => ({ ...entry, value: traced(entry.value, traceparent) })));
  copy.journey.push(...journey);
  copy.state = state;
  copy.decidedAt = now;
  copy.watermark = record.offset + 1;
  if (sequence) copy.seen[source] = sequence;
  copy.changed = true;
  copy.follow(traceparent);
  return outcome;
}

function commandOf(message: InboxMessage, copy: WorkingCopy, context: DecisionContext): unknown {
  if (message.kind === 'event') return message.subscription.command(message.payload, context);
  const waits = message.aggregate.timersOf?.(copy.state)[message.timer] === message.at;
  return waits ? message.aggregate.whenDue?.(message.timer, context) : undefined;
}

/** Of one output, key and value, in bytes: the broker takes 1 MiB by default, with what it writes around them. */
const OUTPUT_BYTES = 1_000_000;

/** One log record per listener of each publication; the index counts publications, so a re-run gives the same ids. */
function encodePublications(reactions: readonly Reaction[], { record }: InboxMessage, service: ServiceName): OutboxEntry[] {
  return reactions
    .filter((reaction) => reaction.kind === 'publish')
    .flatMap(({ contract, payload }, index) => {
      assertWriter(service, contract);
      const value = encodeEvent(sourceOf(service, record.partition), `${record.offset}.${index}`, contract, payload);
      const key = contract.key(payload);
      const bytes = Buffer.byteLength(value) + Buffer.byteLength(key);
      if (bytes > OUTPUT_BYTES) throw new Error(`${contract.type} would have ${bytes} bytes and no log takes it`);
      return contract.listeners.map((listener) => ({ offset: record.offset, index, topic: inboxOf(listener), key, value }));
    });
}

function sortReactions(reactions: readonly Reaction[]): Omit<Outcome, 'counts' | 'produced'> {
  return {
    rows: reactions.filter((reaction) => reaction.kind === 'row'),
    effects: reactions.filter((reaction) => reaction.kind === 'effect'),
    answers: reactions.filter((reaction) => reaction.kind === 'answer'),
  };
}
