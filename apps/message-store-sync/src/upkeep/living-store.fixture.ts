import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Type } from '@nestjs/common';
import { SubscriberChanged } from '@cpm/contracts-device-registry';
import { DepositObject, SubscribeToBox } from '@cpm/contracts-message-store-sync';
import { boxAggregate, OBJECTS_TABLE, type Box, type BoxAnswer, type ObjectRow } from '@cpm/domain-message-store-sync';
import type { EventContract } from '@cpm/runtime-decider';
import { bootstrap, commandsOf, InMemoryPlatform, systemClock, type RunningHost } from '@cpm/runtime-host';
import { entranceForTests, tell, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { collectionOf, connectMongo, MongoAggregateStore } from '@cpm/runtime-mongo';
import type { Commands } from '@cpm/runtime-ports';
import type { MongoService } from '@cpm/testing-containers';
import { DEFAULT_POLICY, DEFAULT_PROFILE, type CpmAddress, type DeviceId, type Policy, type PreferenceProfile } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { registerDevice } from '../registered-device.fixture.js';

export const alice = 'tel:+4915110000001' as CpmAddress;
export const bob = 'tel:+4915110000002' as CpmAddress;
export const phone = 'urn:uuid:00000000-0000-4000-8000-000000000011' as DeviceId;
export const DAY_MS = 86_400_000;
const SERVICE = 'message-store-sync';

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A message store that decides: MongoDB is real, the log is in memory, the clock can be put forward. */
export class LivingStore {
  #offsetMs = 0;
  #host: RunningHost | undefined;
  readonly clock = { now: () => Date.now() + this.#offsetMs, sleep: systemClock.sleep.bind(systemClock) };
  readonly platform: InMemoryPlatform;

  private constructor(
    readonly connection: Connection,
    readonly identity: TestIdentityProvider,
  ) {
    const store = new MongoAggregateStore(connection, SERVICE);
    this.platform = Object.assign(new InMemoryPlatform(() => this.clock.now()), {
      connection,
      store: async (definition: Parameters<MongoAggregateStore['ensureIndexes']>[0], indexes: Parameters<MongoAggregateStore['ensureIndexes']>[1]) => {
        await store.ensureIndexes(definition, indexes);
        return store;
      },
    }) as unknown as InMemoryPlatform;
  }

  static async prepare({ uri }: Pick<MongoService, 'uri'>, database: string): Promise<LivingStore> {
    process.env['NMS_NOTIFY_ALLOW'] = '127.0.0.1/8';
    const connection = await connectMongo(uri, { driver: { dbName: database } });
    await connection.dropDatabase();
    for (const user of [alice, bob]) await registerDevice(connection, user, phone);
    return new LivingStore(connection, await testIdentityProvider());
  }

  get host(): RunningHost {
    if (!this.#host) throw new Error('the store does not run');
    return this.#host;
  }

  async run(module: Type): Promise<void> {
    const config = entranceForTests(this.identity.jwksUrl);
    this.#host = await bootstrap([module], config, { platform: this.platform, clock: this.clock });
  }

  async halt(): Promise<void> {
    await this.#host?.close();
    this.#host = undefined;
  }

  async end(): Promise<void> {
    await this.halt();
    await this.connection.dropDatabase();
    await this.connection.close();
    await this.identity.forget();
  }

  /** Puts the clock forward. */
  pass(ms: number): void {
    this.#offsetMs += ms;
  }

  async allow(changed: Partial<Policy>): Promise<void> {
    const version = ((await this.platform.policies.newest())?.version ?? 0) + 1;
    await this.platform.policies.append({ version, policy: { ...DEFAULT_POLICY, ...changed }, at: this.clock.now() });
  }

  async publish<Payload>(contract: EventContract<string, Payload>, payload: NoInfer<Payload>): Promise<void> {
    await tell(this.host, contract, payload);
  }

  async ask<Payload extends { commandId: string }>(contract: EventContract<string, Payload>, payload: NoInfer<Payload>): Promise<BoxAnswer> {
    return (await this.host.app.get<Commands>(commandsOf(SERVICE), { strict: false }).ask(contract, payload, { aggregate: boxAggregate, id: bob })) as BoxAnswer;
  }

  /** Bob gets messages with these ids; resolves when his box has them. */
  async deposit(ids: readonly string[], { sentAt = this.clock.now(), contentType = 'text/plain', size = 5 }: { readonly sentAt?: number; readonly contentType?: string; readonly size?: number } = {}): Promise<void> {
    for (const id of ids) {
      await this.publish(DepositObject, {
        user: bob, direction: 'In', party: alice,
        message: {
          id, from: alice, to: [bob], originDevice: phone, conversationId: 'c', contributionId: 'd', contentType, content: { kind: 'inline', text: id }, size, dispositionNotification: [], sentAt, expiresAt: sentAt + 1,
        },
      });
    }
    await until(async () => (await this.rows()).filter(({ messageId }) => ids.includes(messageId)).length === ids.length);
  }

  async owner(version: number, syncRules: PreferenceProfile['syncRules'] = []): Promise<void> {
    const device = { id: phone, name: 'Phone', role: 'primary' as const, registered: true, capabilities: { services: ['standalone' as const], contentTypes: ['*/*'], maxBytes: 1 }, autoAnswer: { session: false, fileTransfer: false } };
    await this.publish(SubscriberChanged, { user: bob, version, removed: false, devices: [device], profile: { ...DEFAULT_PROFILE, syncRules }, at: this.clock.now() });
    await until(async () => (await this.box())?.version === version);
  }

  async subscribe(notifyUrl: string, durationSec = 86_400): Promise<BoxAnswer> {
    const at = this.clock.now();
    return this.ask(SubscribeToBox, { user: bob, commandId: `subscribe-${notifyUrl}-${at}`, subscriptionId: 's1', device: phone, renewal: false, durationSec, notifyUrl, callbackData: 'cb', at });
  }

  async box(): Promise<Box | undefined> {
    const [stored] = await new MongoAggregateStore(this.connection, SERVICE).load(boxAggregate.name, [bob]);
    return stored?.state as Box | undefined;
  }

  async rows(): Promise<ObjectRow[]> {
    return this.connection.collection(collectionOf(SERVICE, OBJECTS_TABLE)).find({}, { sort: { modSeq: 1 } }).toArray() as unknown as Promise<ObjectRow[]>;
  }
}

export interface ReceivedList {
  readonly index: number;
  readonly restartToken: string;
  readonly callbackData?: string;
  readonly nmsEvent: readonly { readonly changedObject?: { readonly correlationId: string; readonly lastModSeq: number }; readonly resetBox?: object }[];
}

/** An HTTP listener for lists of changes; `answer` decides what becomes of each. */
export class Listener {
  readonly lists: ReceivedList[] = [];
  answer: (response: ServerResponse, request: IncomingMessage) => void = (response) => void response.writeHead(204).end();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Listener> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { notificationList } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { notificationList?: { nmsEventList: ReceivedList }[] };
        listener.lists.push(...(notificationList ?? []).map(({ nmsEventList }) => nmsEventList));
        listener.answer(response, request);
      });
    });
    const listener = new Listener(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
