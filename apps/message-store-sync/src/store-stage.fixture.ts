import type { Type } from '@nestjs/common';
import { bootstrap, InMemoryPlatform, type RunningHost } from '@cpm/runtime-host';
import { entranceForTests, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { connectMongo } from '@cpm/runtime-mongo';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { registerDevice } from './registered-device.fixture.js';

export const alice = 'tel:+4915110000001' as CpmAddress;
export const bob = 'tel:+4915110000002' as CpmAddress;
export const phone = 'urn:uuid:00000000-0000-4000-8000-000000000011' as DeviceId;

/** A message store with a real MongoDB and a log in memory, whose box of Bob tests look into. */
export class StoreStage {
  private constructor(
    readonly connection: Connection,
    private readonly mongo: MongoService,
    private readonly identity: TestIdentityProvider,
    readonly host: RunningHost,
    readonly authorization: string,
  ) {}

  static async start(database: string, modules: readonly Type[]): Promise<StoreStage> {
    const mongo = await startMongo();
    const connection = await connectMongo(mongo.uri, { driver: { dbName: database } });
    await connection.dropDatabase();
    await registerDevice(connection, bob, phone);
    const identity = await testIdentityProvider();
    const config = entranceForTests(identity.jwksUrl);
    const host = await bootstrap(modules, config, { platform: Object.assign(new InMemoryPlatform(), { connection }) });
    return new StoreStage(connection, mongo, identity, host, `Bearer ${await identity.token({ scope: 'device', sub: bob, device: phone })}`);
  }

  /** How many documents the content store has: files and chunks. */
  async stored(): Promise<[files: number, chunks: number]> {
    return [await this.connection.collection('content.files').countDocuments(), await this.connection.collection('content.chunks').countDocuments()];
  }

  async stop(): Promise<void> {
    await this.host.close();
    await this.connection.dropDatabase();
    await this.connection.close();
    await this.mongo.stop();
    await this.identity.forget();
  }
}
