import { groupOf, inboxOf, type ServiceName } from '@cpm/runtime-decider';
import type { InboxPosition } from '@cpm/runtime-ports';
import type { Admin } from 'kafkajs';
import { kafkaClient, type KafkaAddress } from './client.js';
import type { Log } from './log.js';

export interface InboxPositionsOptions extends KafkaAddress {
  readonly clientId: string;
  readonly log: Log;
}

const REQUEST_TIMEOUT_MS = 4_000;
const RETRY = { initialRetryTime: 50, factor: 0.2, multiplier: 2, maxRetryTime: 500, retries: 1 };

/** How far the consumers of any service have come, whoever they are: read from the broker, for a process that is down says nothing of itself. */
export class InboxPositions {
  private constructor(private readonly admin: Admin) {}

  /** @throws when no broker answers within a few seconds */
  static async connect(options: InboxPositionsOptions): Promise<InboxPositions> {
    const admin = kafkaClient({ ...options, requestTimeoutMs: REQUEST_TIMEOUT_MS, retry: RETRY }).admin();
    await admin.connect();
    return new InboxPositions(admin);
  }

  /** Of every partition of these inboxes; what is committed is read last, so that nothing seems to wait that does not. */
  async read(services: readonly ServiceName[]): Promise<readonly InboxPosition[]> {
    return (await Promise.all(services.map((service) => this.of(service)))).flat();
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }

  private async of(service: ServiceName): Promise<InboxPosition[]> {
    const topic = inboxOf(service);
    const ends = await this.admin.fetchTopicOffsets(topic);
    const [group] = await this.admin.fetchOffsets({ groupId: groupOf(service), topics: [topic] });
    const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    // A group that never committed begins at the lowest offset.
    return ends.map(({ partition, high, low }) => ({ service, partition, end: Number(high), committed: Math.max(Number(low), committed.get(partition) ?? -1) }));
  }
}
