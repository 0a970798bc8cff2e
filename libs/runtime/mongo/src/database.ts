import type { Connection, mongo } from 'mongoose';

/** Acknowledged by a majority, so that nothing acknowledged is lost by a change of primary. */
export const MAJORITY = { w: 'majority' } as const;
export const COMMITTED = { level: 'majority' } as const;

export function databaseOf(connection: Connection): mongo.Db {
  if (!connection.db) throw new Error('MongoDB is not connected');
  return connection.db as unknown as mongo.Db;
}

export function documentsOf<Document extends mongo.Document>(connection: Connection, name: string): mongo.Collection<Document> {
  return databaseOf(connection).collection<Document>(name);
}
