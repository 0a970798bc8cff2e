import type { CollectionRights } from '@cpm/runtime-decider';
import { mongo, type Connection } from 'mongoose';
import { databaseOf } from './database.js';

const ROLE_NOT_FOUND = 31;
const USER_NOT_FOUND = 11;
const WRITE = { writeConcern: { w: 'majority' } } as const;

/** A user of the database `admin`. Without `password` one that is there keeps its own, and none is made. */
export interface DatabaseUser {
  readonly rights: CollectionRights;
  readonly password?: string | undefined;
}

/**
 * Gives each principal a role of its own with exactly these rights in the database of the connection, and to its user that role
 * and nothing else. The connection is that of an administrator.
 */
export async function grantCollectionRights(connection: Connection, users: readonly DatabaseUser[]): Promise<void> {
  const database = databaseOf(connection);
  for (const user of users) await grant(database, connection.getClient().db('admin'), user);
}

async function grant(database: mongo.Db, admin: mongo.Db, { rights: { principal, collections }, password }: DatabaseUser): Promise<void> {
  const db = database.databaseName;
  const privileges = Object.entries(collections).map(([collection, actions]) => ({ resource: { db, collection }, actions }));
  await updateOrCreate(database, ['updateRole', 'createRole', ROLE_NOT_FOUND], { name: principal, fields: { privileges, roles: [] } });
  const roles = [{ role: principal, db }];
  const commands = ['updateUser', password === undefined ? undefined : 'createUser', USER_NOT_FOUND] as const;
  await updateOrCreate(admin, commands, { name: principal, fields: { roles, ...(password !== undefined && { pwd: password }) } });
}

async function updateOrCreate(db: mongo.Db, [update, create, missing]: readonly [string, string | undefined, number], { name, fields }: { name: string; fields: object }): Promise<void> {
  try {
    await db.command({ [update]: name, ...fields, ...WRITE });
  } catch (error) {
    if (!(error instanceof mongo.MongoServerError) || error.code !== missing) throw error;
    if (create !== undefined) await db.command({ [create]: name, ...fields, ...WRITE });
  }
}
