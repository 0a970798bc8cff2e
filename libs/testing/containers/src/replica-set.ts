import { mongo } from 'mongoose';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ADMIN, type Identity, type StackSecrets } from './secrets.js';

export const REPLICA_SET = 'cpm';

const POLL_MS = 25;
const ELECTION_LIMIT_MS = 30_000;
const AUTHENTICATION_FAILED = 18;
const NOT_YET_INITIALIZED = 94;

const configReply = z.object({
  config: z.looseObject({ version: z.number(), members: z.array(z.looseObject({ host: z.string() })) }),
});

/** How a client believes the server and shows who it is. */
export interface MongoLogin {
  readonly caFile: string;
  readonly identity: Pick<Identity, 'name' | 'password'>;
}

/** Connection string of the one-node replica set on the port of this machine; all users are of the database `admin`. */
export function replicaSetUri(port: number, login?: MongoLogin): string {
  return uriOf(port, { replicaSet: REPLICA_SET }, login);
}

function uriOf(port: number, options: Readonly<Record<string, string>>, login?: MongoLogin): string {
  const user = login ? `${encodeURIComponent(login.identity.name)}:${encodeURIComponent(login.identity.password)}@` : '';
  const security = login ? { authSource: 'admin', tls: 'true', tlsCAFile: login.caFile } : {};
  return `mongodb://${user}127.0.0.1:${port}/?${new URLSearchParams({ ...options, ...security }).toString()}`;
}

/** Makes the mongod on the port the primary of its own replica set, also when its data come from another port, and the admin its first user. @throws when it is none within 30 s */
export async function becomePrimary(port: number, secrets?: StackSecrets): Promise<void> {
  const login = secrets && { caFile: secrets.caFile, identity: secrets.identityOf(ADMIN) };
  const options = { directConnection: 'true', serverSelectionTimeoutMS: String(ELECTION_LIMIT_MS) };
  if (login && !(await hasUser(uriOf(port, options, login)))) await makeFirstUser(port, uriOf(port, { ...options, tls: 'true', tlsCAFile: login.caFile }), login.identity);
  await withAdmin(uriOf(port, options, login), async (admin) => {
    await configure(admin, `127.0.0.1:${port}`);
    await primary(admin, port);
  });
}

async function withAdmin<Result>(uri: string, work: (admin: mongo.Db) => Promise<Result>): Promise<Result> {
  const client = new mongo.MongoClient(uri);
  try {
    return await work(client.db('admin'));
  } finally {
    await client.close();
  }
}

async function hasUser(uri: string): Promise<boolean> {
  try {
    await withAdmin(uri, (admin) => admin.command({ ping: 1 }));
    return true;
  } catch (error) {
    if (error instanceof mongo.MongoServerError && error.code === AUTHENTICATION_FAILED) return false;
    throw error;
  }
}

/** While there is no user, mongod lets this machine do the two things that lead to one. */
async function makeFirstUser(port: number, uri: string, { name, password }: MongoLogin['identity']): Promise<void> {
  await withAdmin(uri, async (admin) => {
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host: `127.0.0.1:${port}` }] } });
    await primary(admin, port);
    await admin.command({ createUser: name, pwd: password, roles: ['root'], writeConcern: { w: 'majority' } });
  });
}

async function primary(admin: mongo.Db, port: number): Promise<void> {
  const deadline = Date.now() + ELECTION_LIMIT_MS;
  while ((await admin.command({ hello: 1 }))['isWritablePrimary'] !== true) {
    if (Date.now() > deadline) throw new Error(`mongod on port ${port} did not become primary within ${ELECTION_LIMIT_MS / 1000} s`);
    await pause(POLL_MS);
  }
}

async function configure(admin: mongo.Db, host: string): Promise<void> {
  const found = await readConfig(admin);
  if (found === undefined) {
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } });
  } else if (found.members[0]?.host !== host) {
    const members = found.members.slice(0, 1).map((member) => ({ ...member, host }));
    await admin.command({ replSetReconfig: { ...found, version: found.version + 1, members }, force: true });
  }
}

async function readConfig(admin: mongo.Db): Promise<z.infer<typeof configReply>['config'] | undefined> {
  try {
    return configReply.parse(await admin.command({ replSetGetConfig: 1 })).config;
  } catch (error) {
    if (error instanceof mongo.MongoServerError && error.code === NOT_YET_INITIALIZED) return undefined;
    throw error;
  }
}
