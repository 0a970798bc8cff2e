import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { heardBy, type EventContract, type ServiceDefinition } from '@cpm/runtime-decider';
import { BatchProcessor, TimerScanner, WriteConflictError, type ForgetUser, type IngressPublisher, type PendingCommands } from '@cpm/runtime-engine';
import { OwnershipLostError, type AggregateStore, type Clock, type EffectHandlers, type FetchSession, type PartitionBatch } from '@cpm/runtime-ports';
import { WaitingTime } from './admission/waiting-time.js';
import type { Metrics } from './metrics/metrics.js';
import { WatchedPublisher } from './metrics/watched-publisher.js';
import type { ClosablePublisher, Inbox, InboxStatus, Platform } from './platform.js';
import type { PolicySource } from './policy-source.js';
import { redactionBy } from './redaction.js';
import { TimerLoop } from './timer-loop.js';

export const KEYED_KAFKA = Symbol('keyed-kafka');

export interface ServiceParts {
  readonly definition: ServiceDefinition;
  readonly platform: Platform;
  readonly store: AggregateStore;
  readonly ingress: IngressPublisher;
  readonly commands: PendingCommands;
  readonly policy: PolicySource;
  /** Asked once, when consumption begins. */
  readonly effects: () => EffectHandlers;
  /** Asked as well; undefined where the service keeps nothing beside its aggregates and rows. */
  readonly forgetUser: () => ForgetUser | undefined;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** The consumer has crashed for good. */
  readonly crashed: (reason: string) => void;
}

/**
 * One service of the process: its inbox feeds the batch runtime, its due timers go back into the log. Decisions are
 * called directly: Nest's message pipeline is per message and would hide errors from the consumer.
 */
export class KeyedKafkaServer extends Server<Record<string, never>, InboxStatus> implements CustomTransportStrategy {
  override readonly transportId = KEYED_KAFKA;
  override readonly propagatesEventHandlerErrors = true;
  #status: InboxStatus = 'starting';
  #reason: string | undefined;
  #inbox: Inbox | undefined;
  #timers: TimerLoop | undefined;
  #publisher: ClosablePublisher | undefined;
  readonly #redact = redactionBy();
  readonly #waiting = new WaitingTime(() => this.#inbox?.lag() ?? 0);

  constructor(private readonly parts: ServiceParts) {
    super();
  }

  get service() {
    return this.parts.definition.name;
  }

  /** The events that the service hears. */
  get contracts(): readonly EventContract[] {
    return heardBy(this.parts.definition);
  }

  /** Inbox partitions that this process consumes now. */
  get ownedPartitions(): readonly number[] {
    return this.#inbox?.ownedPartitions ?? [];
  }

  /** How long records waited in the inbox, the longest since this was last asked; ms. */
  waitedMs(): number {
    return this.#waiting.read(this.parts.clock.now());
  }

  /** Why the service does not consume right now; undefined when it does. */
  get problem(): string | undefined {
    if (this.#status === 'running') return undefined;
    return this.#reason === undefined ? `consumer ${this.#status}` : `consumer ${this.#status}: ${this.#reason}`;
  }

  override async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      await this.#start();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Takes no new work, finishes what is in hand. */
  override async close(): Promise<void> {
    await this.#timers?.stop();
    await this.#inbox?.close();
    await this.parts.ingress.idle();
    await this.#publisher?.close();
    this.#enter('stopped');
  }

  override on(): never {
    throw new Error('KeyedKafkaServer has no client events; subscribe to status');
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's signature.
  override unwrap<T>(): T {
    return this.#inbox as T;
  }

  async #start(): Promise<void> {
    const { definition, platform, store, ingress, commands, policy, effects, forgetUser, clock, metrics } = this.parts;
    this.#publisher = await platform.publisher(`${definition.name}-outbox`);
    const outbox = new WatchedPublisher(this.#publisher, {
      now: () => performance.now(), turn: () => this.#inbox?.ownedPartitions, failed: () => metrics.publishFailed(definition.name),
    });
    const processor = new BatchProcessor(definition, {
      store,
      publisher: outbox,
      policy: () => policy.current(),
      effects: effects(),
      forgetUser: forgetUser(),
      answered: (commandId, outcome) => commands.answered(commandId, outcome),
      measured: (measure) => metrics.batch(definition.name, measure),
      counted: (counts) => metrics.counted(counts),
    });
    this.#inbox = await platform.startInbox({
      service: definition.name,
      process: (batches, session) => this.#process(processor, batches, session),
      onAssignment: () => processor.forget(),
      onStatus: (status, reason) => this.#enter(status, reason),
    });
    const scanner = new TimerScanner(definition, store, { publish: (records) => ingress.append(records) });
    const timers = new TimerLoop(scanner, () => this.ownedPartitions, clock, {
      injected: (lateMs) => metrics.timerInjected(definition.name, lateMs),
      failed: (error) => {
        this.logger.warn(`${definition.name}: timer scan failed: ${(error as Error).message}`);
      },
    });
    this.#timers = timers;
    timers.start();
    metrics.watchInbox({
      service: definition.name, ownedPartitions: () => this.ownedPartitions, positions: () => this.#inbox?.positions() ?? [], outboxMs: () => outbox.waitedMs, timersMs: () => timers.ageMs,
    });
  }

  async #process(processor: BatchProcessor, batches: readonly PartitionBatch[], session: FetchSession): Promise<void> {
    const { metrics, clock } = this.parts;
    this.#waiting.begin(clock.now(), batches);
    metrics.taken(this.service, clock.now(), batches);
    try {
      await processor.process(batches, session);
    } catch (error) {
      if (error instanceof WriteConflictError) metrics.conflict(this.service);
      else if (error instanceof OwnershipLostError) metrics.ownershipLost(this.service);
      else metrics.batchFailed(this.service);
      throw error;
    } finally {
      this.#waiting.end();
    }
  }

  #enter(status: InboxStatus, cause?: unknown): void {
    if (this.#status === 'stopped' || this.#status === 'crashed') return;
    this.#status = status;
    const reason = cause instanceof Error ? cause.message : cause;
    // Whoever asks for readiness sees it.
    this.#reason = typeof reason === 'string' ? this.#redact(reason) : undefined;
    this._status$.next(status);
    this.parts.metrics.status(this.service, status);
    if (status === 'crashed') this.parts.crashed(this.#reason ?? 'no reason given');
  }
}
