import type { ServiceDefinition } from '@cpm/runtime-decider';
import { inboxOf } from '@cpm/runtime-decider';
import { BatchProcessor, TimerScanner, WriteConflictError } from '@cpm/runtime-engine';
import { type FetchSession, OwnershipLostError, type PartitionBatch } from '@cpm/runtime-ports';
import type { NodePorts } from './node-ports.js';
import type { World } from './world.js';

/** Records handed over per partition and fetch: small, so that batches of several shapes occur. */
const FETCH_LIMIT = 7;

/** One consumer process of a service, running the real batch runtime over ports that can fail at every call. */
export class ServiceNode {
  readonly processor: BatchProcessor;
  private readonly scanner: TimerScanner;
  private readonly session: FetchSession;
  private readonly partitions: readonly number[];
  private readonly positions = new Map<number, number>();
  dead = false;

  constructor(
    private readonly world: World,
    readonly service: ServiceDefinition,
    private readonly ports: NodePorts,
  ) {
    const topic = inboxOf(service.name);
    const { generation, partitions } = world.log.join(topic);
    this.partitions = partitions;
    this.session = ports.session(world.log.session(topic, generation));
    this.processor = new BatchProcessor(service, { ...ports, policy: () => world.policy }, 50);
    this.scanner = new TimerScanner(service, ports.store, ports.timerPublisher);
  }

  /** Puts due timers into the log, as the scan loop of a live node does. */
  async scan(): Promise<number> {
    return this.dead ? 0 : this.scanner.scan(this.partitions, this.world.now).catch(() => 0);
  }

  /** Fetches and processes until the node dies or loses its partitions. */
  async run(): Promise<void> {
    const topic = inboxOf(this.service.name);
    while (!this.dead) {
      if (this.world.faults.linger > 0) await this.world.idle(this.world.dice.below(this.world.faults.linger));
      await this.ports.turn();
      const batches = this.world.log.fetch(topic, this.positions, FETCH_LIMIT);
      if (batches.length === 0) {
        await this.world.appended(topic);
        continue;
      }
      if (!(await this.work(batches))) return;
      for (const { partition, records } of batches) this.positions.set(partition, (records.at(-1)?.offset ?? -1) + 1);
    }
  }

  /** Retries a batch in place until it is done, as the Kafka adapter does; false when the partitions are lost. */
  private async work(batches: readonly PartitionBatch[]): Promise<boolean> {
    for (;;) {
      try {
        await this.processor.process(batches, this.session);
        return true;
      } catch (error) {
        if (error instanceof OwnershipLostError) return false;
        if (!(error instanceof WriteConflictError) && !this.world.isInjected(error)) throw error;
        try {
          await this.session.heartbeat();
        } catch {
          return false;
        }
      }
    }
  }
}
