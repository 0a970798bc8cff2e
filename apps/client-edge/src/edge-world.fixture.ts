import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PushFrame, WithdrawFrame } from '@cpm/contracts-client-edge';
import { clientEdge, FRAMES_TABLE } from '@cpm/domain-client-edge';
import { createHttpAdapter, HttpModule } from '@cpm/http';
import { ceType, inboxOf, type EventContract, type ServiceName } from '@cpm/runtime-decider';
import { BatchProcessor, decodeEnvelope, encodeEvent, IngressPublisher, PendingCommands } from '@cpm/runtime-engine';
import { connectMongo, MongoAggregateStore } from '@cpm/runtime-mongo';
import { InMemoryLog, type OutgoingRecord } from '@cpm/runtime-ports';
import { MongoRevocationLog, Revocations, systemClock } from '@cpm/runtime-host';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import { DEFAULT_POLICY, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Connection } from 'mongoose';
import { edgeControllers, edgeProviders } from './client-edge.module.js';
import { databaseOf } from './database.js';
import { edgeConfig, type EdgeConfig } from './edge-config.js';
import { CLOCK, EDGE_CONFIG, INGRESS, MONGO, OWNED_PARTITIONS, POLICY, ROUTING_COMMANDS, ROUTING_STORE } from './ports.js';
import { DownlinkFeed } from './stream/downlink-feed.js';

export const device = (number: number): DeviceId => `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as DeviceId;
export const address = (number: number): CpmAddress => `tel:+49151${String(10_000_000 + number)}` as CpmAddress;

export interface Claims {
  readonly user?: string;
  readonly device?: string;
  readonly scope?: string;
  readonly expiresInSec?: number;
}

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
type Published = { readonly type: string; readonly key: string; readonly data: Record<string, unknown> };

/** One edge with a log in memory, a real MongoDB, and the real runtime writing its downlink logs. */
export class EdgeWorld {
  readonly log = new InMemoryLog(Date.now, 2);
  /** What the log does with records; a test may make it slow or broken. */
  publishing: (records: readonly OutgoingRecord[]) => Promise<void> = (records) => this.log.publish(records);
  /** What happens before the runtime's effects reach the edge. */
  effectsArrive = true;
  private release: () => void = () => undefined;
  private pushed = 0;
  private pumping: Promise<void> = Promise.resolve();
  private readonly processor: BatchProcessor;
  private readonly generation: number;

  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    private readonly revocations: Revocations,
    readonly connection: Connection,
    private readonly keys: Keys,
    private readonly folder: string,
    feed: DownlinkFeed,
    store: MongoAggregateStore,
  ) {
    this.generation = this.log.join(inboxOf('client-edge')).generation;
    const effects = Object.fromEntries(Object.entries(feed.effects).map(([type, handler]) => [type, (inputs: readonly unknown[]) => this.effectsArrive && handler(inputs)]));
    this.processor = new BatchProcessor(clientEdge, { store, publisher: this.log, policy: () => DEFAULT_POLICY, effects: effects as typeof feed.effects });
  }

  static async start(mongo: MongoService, config: Partial<Record<keyof EdgeConfig, number | string>> = {}, database = `edge_${randomUUID().slice(0, 8)}`): Promise<EdgeWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'cpm-edge-'));
    const keys = await generateKeyPair('ES256', { extractable: true });
    const jwks = join(folder, 'jwks.json');
    await writeFile(jwks, JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256' }] }));
    const connection = await connectMongo(uriOf(mongo, database));
    const store = new MongoAggregateStore(connection, 'client-edge');
    await store.ensureIndexes(clientEdge, { [FRAMES_TABLE]: [{ key: { u: 1, n: 1 } }] });
    const published: { to?: EdgeWorld } = {};
    const ingress = new IngressPublisher('client-edge', { publish: (records) => (published.to as EdgeWorld).publishing(records) }, randomUUID);
    const revocations = new Revocations(new MongoRevocationLog(connection), systemClock);
    await revocations.start();
    @Module({
      imports: [HttpModule.forRoot({ jwksUrl: pathToFileURL(jwks).href }, { isRevoked: (holder) => revocations.covers(holder) })],
      controllers: edgeControllers,
      providers: [
        ...edgeProviders,
        { provide: EDGE_CONFIG, useValue: edgeConfig.parse(config) },
        { provide: CLOCK, useValue: systemClock },
        { provide: Revocations, useValue: revocations },
        { provide: POLICY, useValue: { current: () => DEFAULT_POLICY } },
        { provide: INGRESS, useValue: ingress },
        { provide: MONGO, useValue: connection },
        { provide: OWNED_PARTITIONS, useValue: () => [0, 1] },
        { provide: ROUTING_STORE, useValue: new MongoAggregateStore(connection, 'routing') },
        { provide: ROUTING_COMMANDS, inject: [ROUTING_STORE], useFactory: (routing: MongoAggregateStore) => new PendingCommands(ingress, routing, systemClock, 500) },
      ],
    })
    class TestModule {}
    const app = await NestFactory.create<NestFastifyApplication>(TestModule, createHttpAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    published.to = new EdgeWorld(app, url, revocations, connection, keys, folder, app.get(DownlinkFeed), store);
    return published.to;
  }

  /** From now on the log takes nothing until `release`; `hasAsked` when something waits. */
  hold(concerns: (records: readonly OutgoingRecord[]) => boolean = () => true): { hasAsked: boolean; release: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const held = { hasAsked: false, release: resolve };
    this.release = resolve;
    this.publishing = async (records) => {
      if (concerns(records)) {
        held.hasAsked = true;
        await promise;
      }
      await this.log.publish(records);
    };
    return held;
  }

  async stop(): Promise<void> {
    this.release();
    await this.app.close();
    await this.revocations.stop();
    await databaseOf(this.connection).dropDatabase();
    await this.connection.close();
    await rm(this.folder, { recursive: true });
  }

  token({ user, device: id, scope = 'device', expiresInSec = 3600 }: Claims): Promise<string> {
    return new SignJWT({ scope, ...(user !== undefined && { sub: user }), ...(id !== undefined && { device: id }) })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSec)
      .sign(this.keys.privateKey);
  }

  /** Makes devices known to the device registry's read model. */
  async register(user: CpmAddress, ...devices: DeviceId[]): Promise<void> {
    const subscriber = { k: user, st: { provisioning: {}, devices: devices.map((id) => ({ id, registered: true })) } };
    await databaseOf(this.connection).collection<{ _id: string }>('device-registry.subscriber').replaceOne({ _id: user }, subscriber, { upsert: true });
  }

  /** Puts a frame on streams the way another service does; resolves when the edge's runtime has handled it. */
  push(user: CpmAddress, devices: DeviceId[], frameKey: string, data: Record<string, unknown> = { id: frameKey }): Promise<void> {
    const now = Date.now();
    return this.tell(user, PushFrame, { user, devices, frameKey, type: 'message.received', data, at: now, expiresAt: now + 60_000 });
  }

  withdraw(user: CpmAddress, devices: DeviceId[], frameKey: string): Promise<void> {
    return this.tell(user, WithdrawFrame, { user, devices, frameKey });
  }

  /** Everything in the inbox of a service, oldest first. */
  published(service: ServiceName, contract?: Pick<EventContract, 'owner' | 'type' | 'version'>): Published[] {
    return this.log.records(inboxOf(service)).map(({ key, value }) => {
      const { type, data } = decodeEnvelope(value);
      return { type, key, data: data as Record<string, unknown> };
    }).filter(({ type }) => !contract || type === ceType(contract));
  }

  private async tell<Payload>(user: CpmAddress, contract: EventContract<string, Payload>, payload: NoInfer<Payload>): Promise<void> {
    this.pushed += 1;
    const value = encodeEvent('/routing/1/0', `${this.pushed}.0`, contract as EventContract, payload);
    await this.log.publish([{ topic: inboxOf('client-edge'), key: user, value }]);
    this.pumping = this.pumping.then(() => this.pump());
    await this.pumping;
  }

  private async pump(): Promise<void> {
    const topic = inboxOf('client-edge');
    for (let batches = this.log.fetch(topic, new Map(), 500); batches.length > 0; batches = this.log.fetch(topic, new Map(), 500)) {
      await this.processor.process(batches, this.log.session(topic, this.generation));
    }
  }
}

function uriOf({ uri }: MongoService, database: string): string {
  const url = new URL(uri);
  url.pathname = `/${database}`;
  return url.href;
}

/** Starts the database of a spec file; stopped by the caller. */
export const startDatabase = (): Promise<MongoService> => startMongo();

/** Resolves when the condition holds; rejects when it does not in time. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`the condition did not hold within ${withinMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
