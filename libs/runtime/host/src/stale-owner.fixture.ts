import { Module, type DynamicModule } from '@nestjs/common';
import { defineAggregate, defineEvent, defineService, on, publish, type ServiceDefinition, type ServiceName } from '@cpm/runtime-decider';
import type { IngressPublisher } from '@cpm/runtime-engine';
import type { AggregateStore, FetchSession } from '@cpm/runtime-ports';
import { keyedAddress } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { z } from 'zod';
import { bootstrap, type RunningHost } from './bootstrap.js';
import { hostConfig, parseConfig, type HostConfig } from './config.js';
import { KafkaMongoPlatform } from './kafka-mongo-platform.js';
import { createLogger } from './logging.js';
import type { ClosablePublisher, Inbox, InboxHandler, Platform } from './platform.js';
import { ServiceHost } from './service-host.module.js';
import { ingressOf } from './tokens.js';

/** Who hears what the owners under test say. */
export const LISTENER = 'report-aggregation';

const schema = z.object({ user: keyedAddress });
const key = ({ user }: { readonly user: string }) => user;

const counting = (name: string, react: (count: number, user: string) => ReturnType<typeof publish>[]) => defineAggregate<object, { readonly count: number }, object>({
  name,
  decider: { initial: { count: 0 }, decide: (command) => [command], evolve: ({ count }) => ({ count: count + 1 }) },
  react: (_event, { count }, { id }) => react(count, id),
  ownerOf: (id) => id,
});

/** A service that counts, and says so: each word of a user makes one word to the listener. */
export function wordsOf(owner: ServiceName) {
  const Said = defineEvent({ type: `Said${owner.replaceAll('-', '')}`, version: 1, owner, listeners: [owner], summary: 'A word', key, schema });
  const Heard = defineEvent({ type: `Heard${owner.replaceAll('-', '')}`, version: 1, owner, listeners: [LISTENER], summary: 'A word about a word', key, schema });
  const saying = counting('saying', (_count, user) => [publish(Heard, { user } as never)]);
  return { Said, Heard, definition: defineService(owner, [on(Said, { aggregate: saying, idOf: key, command: () => ({}) })]) };
}

/** Counts the words of all. */
export function listenerOf(words: readonly ReturnType<typeof wordsOf>[]): ServiceDefinition {
  const hearing = counting('hearing', () => []);
  return defineService(LISTENER, words.map(({ Heard }) => on(Heard, { aggregate: hearing, idOf: key, command: () => ({}) })));
}

/** Where an owner stops: having read, having written, having published. */
export type Step = 'write' | 'publish' | 'commit';

/** Stops an owner before one step, once, as a long pause of its process does. */
export class Pause {
  readonly reached: Promise<void>;
  #arrive: () => void = () => undefined;
  #goOn: () => void = () => undefined;
  #armed = false;
  readonly #going: Promise<void>;
  /** What became of the step when it went on. */
  outcome: string | undefined;

  constructor(private readonly step: Step) {
    this.reached = new Promise((resolve) => { this.#arrive = resolve; });
    this.#going = new Promise((resolve) => { this.#goOn = resolve; });
  }

  /** From now on the step is waited before. */
  arm(): void {
    this.#armed = true;
  }

  goOn(): void {
    this.#goOn();
  }

  async before<Result>(step: Step, work: () => Promise<Result>): Promise<Result> {
    if (step !== this.step || !this.#armed) return work();
    this.#armed = false;
    this.#arrive();
    await this.#going;
    try {
      const result = await work();
      this.outcome = typeof result === 'string' ? result : 'done';
      return result;
    } catch (error) {
      this.outcome = (error as Error).name;
      throw error;
    }
  }
}

/** Kafka and MongoDB, with a pause. */
class PausingPlatform implements Platform {
  constructor(
    private readonly real: KafkaMongoPlatform,
    private readonly pause: Pause | undefined,
  ) {}

  get policies() { return this.real.policies; }
  get deadLetters() { return this.real.deadLetters; }
  get audit() { return this.real.audit; }
  get revocations() { return this.real.revocations; }
  get connection(): Connection { return this.real.connection; }

  ensureTopics(hosted: readonly ServiceName[]) { return this.real.ensureTopics(hosted); }
  readStore(service: ServiceName) { return this.real.readStore(service); }
  inboxPositions(services: readonly ServiceName[]) { return this.real.inboxPositions(services); }
  databaseProblem() { return this.real.databaseProblem(); }
  close() { return this.real.close(); }

  async store(service: ServiceDefinition): Promise<AggregateStore> {
    const store = await this.real.store(service, {});
    return Object.assign(Object.create(store) as AggregateStore, { write: (...all: Parameters<AggregateStore['write']>) => this.before('write', () => store.write(...all)) });
  }

  async publisher(clientId: string): Promise<ClosablePublisher> {
    const publisher = await this.real.publisher(clientId);
    const isOutbox = clientId.endsWith('-outbox');
    return { publish: (records) => (isOutbox ? this.before('publish', () => publisher.publish(records)) : publisher.publish(records)), close: () => publisher.close() };
  }

  startInbox(handler: InboxHandler): Promise<Inbox> {
    const held = (session: FetchSession): FetchSession => ({ heartbeat: () => session.heartbeat(), commit: (next) => this.before('commit', () => session.commit(next)) });
    return this.real.startInbox({
      service: handler.service,
      process: (batches, session) => handler.process(batches, held(session)),
      onAssignment: () => handler.onAssignment(),
      onStatus: (status, reason) => handler.onStatus(status, reason),
    });
  }

  private before<Result>(step: Step, work: () => Promise<Result>): Promise<Result> {
    return this.pause ? this.pause.before(step, work) : work();
  }
}

@Module({})
class Owner {}

/** One process of a service. */
export interface OwnerProcess {
  readonly host: RunningHost;
  say(contract: ReturnType<typeof wordsOf>['Said'], user: string): Promise<void>;
  /** The value of a counter of the service. */
  measured(metric: string): Promise<number>;
}

export async function startOwner(definition: ServiceDefinition, environment: Readonly<Record<string, string>>, pause?: Pause): Promise<OwnerProcess> {
  const config: HostConfig = parseConfig(hostConfig, { HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', LOG_LEVEL: 'silent', INBOX_PARTITIONS: '1', ...environment });
  const platform = new PausingPlatform(await KafkaMongoPlatform.connect(config, createLogger(config)), pause);
  const module: DynamicModule = { module: Owner, imports: [ServiceHost.for(definition)] };
  const host = await bootstrap([module], config, { platform, crash: () => undefined });
  return {
    host,
    say: (contract, user) => host.app.get<IngressPublisher>(ingressOf(definition.name), { strict: false }).publish(contract, { user } as never),
    measured: async (metric) => {
      const text = await (await fetch(`${host.url}/metrics`)).text();
      return Number(new RegExp(`^${metric}\\{service="${definition.name}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    },
  };
}
