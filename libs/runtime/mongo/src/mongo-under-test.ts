import { randomUUID } from 'node:crypto';
import { type MongoService, startLocalMongo, startMongo } from '@cpm/testing-containers';
import type { Connection } from 'mongoose';
import { connectMongo, type MongoStatus } from './connection.js';

export interface FreshDatabase {
  readonly connection: Connection;
  /** Drops the database and disconnects. */
  close(): Promise<void>;
}

/** A server that tests may crash, whatever the environment names. */
export const startCrashable = (): Promise<MongoService> => (process.env['MONGODB_URI'] ? startLocalMongo() : startMongo());

/** One MongoDB for a spec file, and a database of its own for each `connect`. */
export function mongoForSpecs(start: () => Promise<MongoService> = startMongo): { service(): MongoService; connect(onStatus?: (status: MongoStatus) => void): Promise<FreshDatabase> } {
  let mongo: MongoService;
  beforeAll(async () => {
    mongo = await start();
  }, 180_000);
  afterAll(() => mongo.stop());
  return {
    service: () => mongo,
    connect: async (onStatus) => {
      const connection = await connectMongo(mongo.uri, { driver: { dbName: `spec-${randomUUID()}` }, ...(onStatus && { onStatus }) });
      return {
        connection,
        close: async () => {
          await connection.dropDatabase();
          await connection.close();
        },
      };
    },
  };
}
