import { inboxOf, type ServiceName } from '@cpm/runtime-decider';
import type { Clock, FetchSession, InboxPosition, PartitionBatch } from '@cpm/runtime-ports';
import type { Consumer } from 'kafkajs';
import { Assignment, endingTurns } from './assignment.js';
import { kafkaClient, type KafkaAddress } from './client.js';
import { FetchWorker } from './fetch-worker.js';
import { partitioning } from './inbox-records.js';
import { LivenessWatch } from './liveness.js';
import type { Log } from './log.js';
import { ConsumerState, type ConsumerStatus } from './status.js';

export interface ConsumerTiming {
  /** A member that is silent for so long loses its partitions; the broker accepts 6 s or more by default. */
  readonly sessionTimeoutMs: number;
  /** How long a member may take to finish its fetch when the group rebalances. */
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long a fetch waits for a first record; also how late a `resume` is noticed. */
  readonly maxWaitMs: number;
  /** Without any activity for so long the consumer counts as crashed. */
  readonly inactiveMs: number;
}

export interface InboxConsumerOptions extends KafkaAddress {
  readonly service: ServiceName;
  readonly groupId: string;
  /**
   * Works on everything one fetch brought; never called again before it is done. Must commit what it finished. When it
   * rejects with anything but `OwnershipLostError`, the same batches come again after a pause.
   */
  readonly process: (batches: readonly PartitionBatch[], session: FetchSession) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onStatus: (status: ConsumerStatus, reason?: string) => void;
  /** Told what the member owns after each rebalance, before anything of it is fetched: nothing known from before counts. */
  readonly onAssignment?: (partitions: readonly number[]) => void;
  readonly timing?: Partial<ConsumerTiming>;
  /** Of the inbox: then records that their writer put into a wrong one are marked. */
  readonly partitions?: number;
}

export interface InboxConsumer {
  /** Stops fetching; what is being processed goes on. Holds across rebalances. */
  pause(): void;
  resume(): void;
  /** Partitions assigned to this member at present, ascending; none during a rebalance. */
  ownedPartitions(): readonly number[];
  /** Records known to be in the owned partitions and not committed. */
  lag(): number;
  /** How far it has come in the owned partitions of which records were fetched. */
  positions(): readonly Omit<InboxPosition, 'service'>[];
  /** Waits for the running `process`, which may commit, then leaves the group. */
  stop(): Promise<void>;
}

const TIMING: ConsumerTiming = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 15_000, heartbeatIntervalMs: 1_000, maxWaitMs: 200, inactiveMs: 30_000 };
const REQUEST_TIMEOUT_MS = 15_000;
const FETCH_BYTES = 2 * 1024 * 1024;
const PARTITION_FETCH_BYTES = 256 * 1024;
/** At least the partitions of a topic, so that all batches of a fetch arrive together. */
const PARTITIONS_AT_ONCE = 128;
/** kafkajs counts failures until the next rebalance, so the number is high and each wait short. */
const RETRY = { initialRetryTime: 50, factor: 0.2, multiplier: 2, maxRetryTime: 2_000, retries: 100 };

/** Consumes the inbox of a service as a member of its group. @throws when no broker can be reached */
export async function startInboxConsumer(options: InboxConsumerOptions): Promise<InboxConsumer> {
  const consumer = new RunningConsumer(options);
  try {
    await consumer.start();
    return consumer;
  } catch (error) {
    await consumer.stop();
    throw error;
  }
}

class RunningConsumer implements InboxConsumer {
  private readonly topic: string;
  private readonly timing: ConsumerTiming;
  private readonly assignment = new Assignment();
  private readonly stopping = new AbortController();
  private readonly consumer: Consumer;
  private readonly worker: FetchWorker;
  private readonly liveness: LivenessWatch;
  private readonly state: ConsumerState;
  private isPaused = false;

  constructor(private readonly options: InboxConsumerOptions) {
    const { service, groupId, clock, onStatus, partitions } = options;
    this.topic = inboxOf(service);
    this.timing = { ...TIMING, ...options.timing };
    const { sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs, maxWaitMs, inactiveMs } = this.timing;
    this.state = new ConsumerState(onStatus);
    this.liveness = new LivenessWatch(clock, { unconfirmedMs: sessionTimeoutMs, inactiveMs }, (liveness) => this.state.liveness(liveness));
    this.worker = new FetchWorker({ ...options, partitionOf: partitions === undefined ? undefined : partitioning(partitions), assignment: this.assignment, state: this.state, stopping: this.stopping.signal, onHeartbeat: this.liveness.active });
    this.consumer = kafkaClient({
      ...options, clientId: `cpm-${service}`, requestTimeoutMs: REQUEST_TIMEOUT_MS, retry: RETRY, onConnecting: this.liveness.active,
    }).consumer({
      groupId,
      partitionAssigners: [endingTurns(this.assignment)],
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      maxWaitTimeInMs: maxWaitMs,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: PARTITION_FETCH_BYTES,
      allowAutoTopicCreation: false,
      retry: { ...RETRY, restartOnFailure: async () => true },
    });
  }

  async start(): Promise<void> {
    this.listen();
    void this.liveness.run(this.stopping.signal);
    await this.consumer.connect();
    // From the beginning: a group whose offsets are gone must not skip; what was applied before is dropped by watermarks.
    await this.consumer.subscribe({ topics: [this.topic], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.worker.take(payload),
    });
  }

  pause(): void {
    this.isPaused = true;
    if (this.state.isMember) this.consumer.pause([{ topic: this.topic }]);
  }

  resume(): void {
    this.isPaused = false;
    if (this.state.isMember) this.consumer.resume([{ topic: this.topic }]);
  }

  ownedPartitions(): readonly number[] {
    return this.assignment.partitions;
  }

  lag(): number {
    return this.assignment.lag();
  }

  positions(): readonly Omit<InboxPosition, 'service'>[] {
    return this.assignment.positions();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.consumer.disconnect();
    this.assignment.end();
    this.state.stopped();
  }

  private listen(): void {
    const { events } = this.consumer;
    for (const event of [events.FETCH_START, events.FETCH, events.END_BATCH_PROCESS] as const) this.consumer.on(event as 'consumer.fetch', this.liveness.active);
    for (const event of [events.HEARTBEAT, events.COMMIT_OFFSETS] as const) this.consumer.on(event as 'consumer.heartbeat', this.liveness.confirmed);
    this.consumer.on(events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.liveness.confirmed();
      this.assignment.begin(memberAssignment[this.topic] ?? []);
      this.options.onAssignment?.(this.assignment.partitions);
      this.state.joined();
      // After a crash kafkajs begins with a new group that knows of no pause.
      if (this.isPaused) this.pause();
      this.options.log.info({ groupId: this.options.groupId, partitions: this.assignment.partitions }, 'joined the group');
    });
    this.consumer.on(events.CRASH, ({ payload: { error, restart } }) => {
      this.assignment.end();
      this.state.left(error.message);
      if (!restart) this.state.crashed(error.message);
    });
  }
}
