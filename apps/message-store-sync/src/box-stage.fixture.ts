import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { SubscriberChanged } from '@cpm/contracts-device-registry';
import { DepositObject, RecordDisposition, UnsubscribeFromBox } from '@cpm/contracts-message-store-sync';
import { boxAggregate } from '@cpm/domain-message-store-sync';
import type { EventContract, ServiceDefinition } from '@cpm/runtime-decider';
import { bootstrap, commandsOf, InMemoryPlatform, type Platform, type RunningHost } from '@cpm/runtime-host';
import { entranceForTests, tell, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { connectMongo, MongoAggregateStore, type TableIndexes } from '@cpm/runtime-mongo';
import type { Commands } from '@cpm/runtime-ports';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import { DEFAULT_PROFILE, type CpmAddress, type DeviceId, type Message } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { MessageStoreSyncModule } from './message-store-sync.module.js';
import { registerDevice } from './registered-device.fixture.js';

export const alice = 'tel:+4915110000001' as CpmAddress;
export const [phone, tablet] = ['urn:uuid:00000000-0000-4000-8000-000000000011', 'urn:uuid:00000000-0000-4000-8000-000000000012'] as [DeviceId, DeviceId];

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}
type Content = Record<string, unknown> | string | FormData | undefined;
/** What tests read of answers without saying its form. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test says by its expectations what it takes an answer for.
type Anything = any;

/** A message store whose boxes are decided in it, with a real MongoDB and a log in memory; `nextBob` before each test makes a new one. */
export class BoxStage {
  bob = 'tel:+4915120000000' as CpmAddress;
  private bobs = 0;
  private readonly known = new Map<string, Promise<void>>();

  private constructor(
    readonly connection: Connection,
    private readonly mongo: MongoService,
    private readonly identity: TestIdentityProvider,
    readonly host: RunningHost,
  ) {}

  static async start({ PUBLIC_URL }: { readonly PUBLIC_URL?: string } = {}): Promise<BoxStage> {
    Logger.overrideLogger(false);
    if (PUBLIC_URL === undefined) delete process.env['PUBLIC_URL'];
    else process.env['PUBLIC_URL'] = PUBLIC_URL;
    const mongo = await startMongo();
    const connection = await connectMongo(mongo.uri, { driver: { dbName: `nms-${randomUUID().slice(0, 8)}` } });
    const identity = await testIdentityProvider();
    const config = entranceForTests(identity.jwksUrl);
    return new BoxStage(connection, mongo, identity, await bootstrap([MessageStoreSyncModule], config, { platform: platformOn(connection) }));
  }

  /** From now on Bob is somebody else, whose box is empty: the process remembers the boxes that it decides. */
  nextBob(): void {
    this.bobs += 1;
    this.bob = `tel:+49151${20_000_000 + this.bobs}` as CpmAddress;
  }

  async stop(): Promise<void> {
    await this.host.close();
    await this.connection.dropDatabase();
    await this.connection.close();
    await this.mongo.stop();
    await this.identity.forget();
  }

  /** A call in Bob's box; `path` after the boxId. */
  async call<Body = Anything>(method: string, path: string, content?: Content, { device = phone, user = this.bob, headers = {} as Record<string, string>, isRegistered = true } = {}): Promise<Answer<Body>> {
    if (isRegistered) await this.registered(user, device);
    const isJson = typeof content === 'object' && !(content instanceof FormData);
    const answer = await fetch(`${this.host.url}/nms/v1/main/${encodeURIComponent(this.bob)}${path}`, {
      method,
      headers: { authorization: `Bearer ${await this.identity.token({ scope: 'device', sub: user, device })}`, ...(isJson && { 'content-type': 'application/json' }), ...headers },
      ...(content !== undefined && { body: isJson ? JSON.stringify(content) : (content as FormData | string) }),
    });
    const text = await answer.text();
    const body: unknown = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    return { status: answer.status, headers: answer.headers, body: body as Body };
  }

  /** As the device registry knows him; resolves when it does, also for a second call at the same time. */
  registered(user: string, device: string): Promise<void> {
    const key = `${user}|${device}`;
    const known = this.known.get(key) ?? registerDevice(this.connection, user, device);
    this.known.set(key, known);
    return known;
  }

  /** Puts events into the log and waits until the box has decided them. */
  async tell<Payload>(contract: EventContract<string, Payload>, ...payloads: readonly NoInfer<Payload>[]): Promise<void> {
    await tell(this.host, contract, ...payloads);
    // A user's events are decided in their order: one that is answered stands behind them all.
    const commands = this.host.app.get<Commands>(commandsOf('message-store-sync'), { strict: false });
    await commands.ask(UnsubscribeFromBox, { user: this.bob, commandId: randomUUID(), subscriptionId: 'none', at: Date.now() }, { aggregate: boxAggregate, id: this.bob });
  }

  /** A message from Alice to Bob. */
  message(id: string, { text = 'Hello', sentAt = 1_000, ...changes }: Told = {}): Message {
    return {
      id, from: alice, to: [this.bob], originDevice: phone, conversationId: 'c', contributionId: 'd', contentType: 'text/plain', content: { kind: 'inline', text },
      size: text.length, dispositionNotification: [], sentAt, expiresAt: sentAt + 1, ...changes,
    };
  }

  /** One that Bob sent to Alice. */
  sent(id: string, changes: Told = {}): Message {
    return this.message(id, { from: this.bob, to: [alice], ...changes });
  }

  receive(...messages: readonly Message[]): Promise<void> {
    return this.tell(DepositObject, ...messages.map((message) => ({ user: this.bob, direction: 'In' as const, party: message.from, message })));
  }

  send(...messages: readonly Message[]): Promise<void> {
    return this.tell(DepositObject, ...messages.map((message) => ({ user: this.bob, direction: 'Out' as const, party: message.to[0] ?? alice, message })));
  }

  report(messageId: string, status: 'delivered' | 'displayed'): Promise<void> {
    return this.tell(RecordDisposition, { user: this.bob, messageId, recipient: alice, status, reportId: `${messageId}|${status}`, at: Date.now() });
  }

  /** What Bob's devices want. */
  own(version: number, syncRules: (typeof DEFAULT_PROFILE)['syncRules'] = []): Promise<void> {
    const devices = [phone, tablet].map((id) => ({
      id, name: id, role: id === phone ? ('primary' as const) : ('secondary' as const), registered: true, autoAnswer: { session: false, fileTransfer: false },
      capabilities: { services: ['standalone' as const], contentTypes: ['*/*'], maxBytes: 1_000_000 },
    }));
    return this.tell(SubscriberChanged, { user: this.bob, version, removed: false, devices, profile: { ...DEFAULT_PROFILE, syncRules }, at: Date.now() });
  }
}

type Told = Partial<Message> & { readonly text?: string };

/** The log in memory, all else as in production. */
function platformOn(connection: Connection): Platform {
  const stores = {
    connection,
    async store(service: ServiceDefinition, rowIndexes: TableIndexes) {
      const store = new MongoAggregateStore(connection, service.name);
      await store.ensureIndexes(service, rowIndexes);
      return store;
    },
    readStore: (service: ServiceDefinition['name']) => new MongoAggregateStore(connection, service),
  };
  return Object.assign(new InMemoryPlatform(), stores);
}
