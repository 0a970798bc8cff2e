import type { ServiceDefinition, ServiceName } from '@cpm/runtime-decider';
import type { AggregateStore, FetchSession, InboxPosition, PartitionBatch, Publisher } from '@cpm/runtime-ports';
import type { TableIndexes } from '@cpm/runtime-mongo';
import type { Connection } from 'mongoose';
import type { AuditLog } from './audit/audit-log.js';
import type { DeadLetters } from './dead-letters.js';
import type { PolicyVersions } from './policy-source.js';
import type { RevocationLog } from './revocation/revocations.js';

/** State of the consumer of one inbox. `stalled` keeps trying, `crashed` is for good, `stopped` by request. */
export type InboxStatus = 'starting' | 'running' | 'stalled' | 'crashed' | 'stopped';

export interface InboxHandler {
  readonly service: ServiceName;
  /** Handles one fetch; the records are fetched again when it rejects. */
  process(batches: readonly PartitionBatch[], session: FetchSession): Promise<void>;
  /** Called before the first `process` of each membership of the group: what was known of any user counts no more. */
  onAssignment(): void;
  onStatus(status: InboxStatus, reason?: unknown): void;
}

export interface Inbox {
  /** None during a rebalance. */
  readonly ownedPartitions: readonly number[];
  /** Records known to be in the owned partitions and not committed. */
  lag(): number;
  /** How far it has come in the owned partitions, as far as that is known. */
  positions(): readonly Omit<InboxPosition, 'service'>[];
  /** Stops fetching, finishes the batch in hand, commits and leaves the group. */
  close(): Promise<void>;
}

export interface ClosablePublisher extends Publisher {
  close(): Promise<void>;
}

/** The aggregates of a service that another process may own: to look at, and to learn what became of a command. */
export type ReadStore = Pick<AggregateStore, 'load' | 'answerTo'>;

/** What the host needs of the outside world: Kafka and MongoDB in production, their in-memory twins in tests. */
export interface Platform {
  /** Creates missing inbox and dead-letter topics, of all services where it may. @throws when one of the hosted is missing or does not fit */
  ensureTopics(hosted: readonly ServiceName[]): Promise<void>;
  publisher(clientId: string): Promise<ClosablePublisher>;
  store(service: ServiceDefinition, rowIndexes: TableIndexes): Promise<AggregateStore>;
  /** The aggregates of any service of this database, to look at only. */
  readStore(service: ServiceName): ReadStore;
  startInbox(handler: InboxHandler): Promise<Inbox>;
  /** How far the consumers of these services have come, whichever process they are in. */
  inboxPositions(services: readonly ServiceName[]): Promise<readonly InboxPosition[]>;
  readonly policies: PolicyVersions;
  readonly deadLetters: DeadLetters;
  readonly audit: AuditLog;
  readonly revocations: RevocationLog;
  /** MongoDB itself, for reads that the ports do not offer. */
  readonly connection?: Connection;
  /** Why the database cannot be used right now; undefined when it can. */
  databaseProblem(): Promise<string | undefined>;
  close(): Promise<void>;
}
