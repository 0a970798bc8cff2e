import { DEAD_LETTER_TABLE, inboxOf, type ServiceDefinition, type ServiceName } from '@cpm/runtime-decider';
import { type InboxPosition, InMemoryLog, InMemoryStore, OwnershipLostError } from '@cpm/runtime-ports';
import { InMemoryAuditLog, type AuditLog } from './audit/audit-log.js';
import type { DeadLetter, DeadLetters } from './dead-letters.js';
import type { ClosablePublisher, Inbox, InboxHandler, Platform } from './platform.js';
import type { PolicyVersion, PolicyVersions } from './policy-source.js';
import type { Revocation, RevocationLog } from './revocation/revocations.js';

const FETCH_LIMIT = 500;

/** The platform's in-memory twin: a log and one store per service, for tests of hosts and apps. */
export class InMemoryPlatform implements Platform {
  readonly log: InMemoryLog;
  readonly stores = new Map<ServiceName, InMemoryStore>();
  readonly policies: PolicyVersions = new InMemoryPolicyVersions();
  readonly deadLetters: DeadLetters = new InMemoryDeadLetters(this.stores);
  readonly audit: AuditLog = new InMemoryAuditLog();
  readonly revocations: RevocationLog = {
    since: async (at) => [...(this.stores.get('device-registry')?.rows('revocations').values() ?? [])].map((row) => row as unknown as Revocation).filter((row) => row.at >= at),
  };
  /** What `databaseProblem` answers. */
  problem: string | undefined;

  readonly #appended = new Set<() => void>();

  constructor(now: () => number = Date.now, partitions = 2) {
    this.log = new InMemoryLog(now, partitions);
  }

  async ensureTopics(): Promise<void> {
    await Promise.resolve();
  }

  async publisher(): Promise<ClosablePublisher> {
    return {
      publish: async (records) => {
        await this.log.publish(records);
        for (const notice of this.#appended) notice();
      },
      close: async () => Promise.resolve(),
    };
  }

  async store({ name }: ServiceDefinition): Promise<InMemoryStore> {
    return this.readStore(name);
  }

  readStore(service: ServiceName): InMemoryStore {
    const known = this.stores.get(service) ?? new InMemoryStore();
    this.stores.set(service, known);
    return known;
  }

  async startInbox(handler: InboxHandler): Promise<Inbox> {
    const inbox = new InMemoryInbox(this.log, handler);
    const notice = () => inbox.poke();
    this.#appended.add(notice);
    inbox.start();
    return {
      ownedPartitions: inbox.partitions,
      lag: () => this.log.lag(inboxOf(handler.service)),
      positions: () => this.log.positions(inboxOf(handler.service)),
      close: async () => {
        this.#appended.delete(notice);
        await inbox.stop();
      },
    };
  }

  async inboxPositions(services: readonly ServiceName[]): Promise<readonly InboxPosition[]> {
    return services.flatMap((service) => this.log.positions(inboxOf(service)).map((position) => ({ service, ...position })));
  }

  async databaseProblem(): Promise<string | undefined> {
    return this.problem;
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}

/** One member of a group: fetches whenever something was appended, from what is committed. */
class InMemoryInbox {
  readonly partitions: readonly number[];
  readonly #topic: string;
  readonly #generation: number;
  #working: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly log: InMemoryLog,
    private readonly handler: InboxHandler,
  ) {
    this.#topic = inboxOf(handler.service);
    const { generation, partitions } = log.join(this.#topic);
    this.#generation = generation;
    this.partitions = partitions;
  }

  start(): void {
    this.handler.onAssignment();
    this.handler.onStatus('running');
    this.poke();
  }

  poke(): void {
    if (this.#stopped) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      // A turn of the event loop between tries: a failing handler must not starve everything else.
      if (!this.#stopped && this.log.lag(this.#topic) > 0) setImmediate(() => this.poke());
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    const batches = this.log.fetch(this.#topic, new Map(), FETCH_LIMIT);
    if (batches.length === 0) return;
    try {
      await this.handler.process(batches, this.log.session(this.#topic, this.#generation));
    } catch (error) {
      if (!(error instanceof OwnershipLostError)) return;
      this.#stopped = true;
      this.handler.onStatus('stopped');
    }
  }
}

class InMemoryPolicyVersions implements PolicyVersions {
  readonly #versions: PolicyVersion[] = [];

  async newest(): Promise<PolicyVersion | undefined> {
    return this.#versions.at(-1);
  }

  async append(version: PolicyVersion): Promise<boolean> {
    if (this.#versions.some((known) => known.version === version.version)) return false;
    this.#versions.push(version);
    return true;
  }
}

class InMemoryDeadLetters implements DeadLetters {
  constructor(private readonly stores: ReadonlyMap<ServiceName, InMemoryStore>) {}

  async list(service: ServiceName, cursor: string | undefined, limit: number) {
    const letters = this.#all(service).filter(({ id }) => cursor === undefined || id > cursor);
    const page = letters.slice(0, limit);
    const last = page.at(-1)?.id;
    return { letters: page, ...(letters.length > limit && last !== undefined ? { cursor: last } : {}) };
  }

  async find(service: ServiceName, id: string): Promise<DeadLetter | undefined> {
    return this.#all(service).find((letter) => letter.id === id);
  }

  async markReplayed(service: ServiceName, id: string): Promise<void> {
    await this.stores.get(service)?.write([{ kind: 'row', table: DEAD_LETTER_TABLE, id, set: { replayed: true } }], []);
  }

  #all(service: ServiceName): DeadLetter[] {
    const rows = this.stores.get(service)?.rows(DEAD_LETTER_TABLE) ?? new Map<string, Record<string, unknown>>();
    return [...rows].map(([id, row]) => ({ id, ...row }) as DeadLetter).sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}
