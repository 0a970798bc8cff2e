import { mongo } from 'mongoose';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ADMIN, type Identity, type StackSecrets } from './secrets.js';

export const REPLICA_SET = 'cpm';

const HOST = '127.0.0.1';
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

/** Connection string of the replica set whose members clients reach on these ports of this machine; all users are of the database `admin`. */
export function replicaSetUri(ports: readonly number[], login?: MongoLogin): string {
  return uriOf(ports, { replicaSet: REPLICA_SET }, login);
}

function uriOf(ports: readonly number[], options: Readonly<Record<string, string>>, login?: MongoLogin): string {
  const user = login ? `${encodeURIComponent(login.identity.name)}:${encodeURIComponent(login.identity.password)}@` : '';
  const security = login ? { authSource: 'admin', tls: 'true', tlsCAFile: login.caFile } : {};
  return `mongodb://${user}${ports.map((port) => `${HOST}:${port}`).join(',')}/?${new URLSearchParams({ ...options, ...security }).toString()}`;
}

/** Makes the mongod on the port the primary of its own replica set, also when its data come from another port, and the admin its first user. @throws when it is none within 30 s */
export async function becomePrimary(port: number, secrets?: StackSecrets): Promise<void> {
  const login = secrets && { caFile: secrets.caFile, identity: secrets.identityOf(ADMIN) };
  if (login && !(await hasUser(directUri(port, ELECTION_LIMIT_MS, login)))) await makeFirstUser(port, login);
  await configureReplicaSet(port, [port], login);
  await withAdmin(directUri(port, ELECTION_LIMIT_MS, login), (admin) => untilPrimary(admin, port));
}

/** Makes those on `ports` the members, told to the mongod on `port`, also when its data come from other ports. */
export async function configureReplicaSet(port: number, ports: readonly number[], login?: MongoLogin): Promise<void> {
  await withAdmin(directUri(port, ELECTION_LIMIT_MS, login), async (admin) => {
    const hosts = ports.map((each) => `${HOST}:${each}`);
    const found = await readConfig(admin);
    if (found === undefined) {
      await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: hosts.map((host, _id) => ({ _id, host })) } });
    } else if (found.members.some((member, index) => member.host !== hosts[index])) {
      const members = found.members.slice(0, hosts.length).map((member, index) => ({ ...member, host: hosts[index] }));
      await admin.command({ replSetReconfig: { ...found, version: found.version + 1, members }, force: true });
    }
  });
}

export type MemberState = 'primary' | 'secondary' | 'neither';

/** What the mongod on the port says of itself. @throws when it does not answer within `limitMs` */
export async function memberState(port: number, limitMs: number): Promise<MemberState> {
  return asAdmin(port, stateOf, limitMs);
}

async function stateOf(admin: mongo.Db): Promise<MemberState> {
  const { isWritablePrimary, secondary } = await admin.command({ hello: 1 });
  if (isWritablePrimary === true) return 'primary';
  return secondary === true ? 'secondary' : 'neither';
}

/** @throws when it is none within 30 s */
async function untilPrimary(admin: mongo.Db, port: number): Promise<void> {
  const deadline = Date.now() + ELECTION_LIMIT_MS;
  while ((await stateOf(admin)) !== 'primary') {
    if (Date.now() > deadline) throw new Error(`mongod on port ${port} did not become primary within ${ELECTION_LIMIT_MS / 1000} s`);
    await pause(POLL_MS);
  }
}

/** Talks to the mongod on the port itself, whatever it is in its set. */
export async function asAdmin<T>(port: number, act: (admin: mongo.Db) => Promise<T>, limitMs = ELECTION_LIMIT_MS): Promise<T> {
  return withAdmin(directUri(port, limitMs), act);
}

function directUri(port: number, limitMs: number, login?: MongoLogin): string {
  return uriOf([port], directOptions(limitMs), login);
}

function directOptions(limitMs: number): Readonly<Record<string, string>> {
  return { directConnection: 'true', serverSelectionTimeoutMS: String(limitMs), socketTimeoutMS: String(limitMs) };
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
async function makeFirstUser(port: number, { caFile, identity: { name, password } }: MongoLogin): Promise<void> {
  await withAdmin(uriOf([port], { ...directOptions(ELECTION_LIMIT_MS), tls: 'true', tlsCAFile: caFile }), async (admin) => {
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host: `${HOST}:${port}` }] } });
    await untilPrimary(admin, port);
    await admin.command({ createUser: name, pwd: password, roles: ['root'], writeConcern: { w: 'majority' } });
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

async function readConfig(admin: mongo.Db): Promise<z.infer<typeof configReply>['config'] | undefined> {
  try {
    return configReply.parse(await admin.command({ replSetGetConfig: 1 })).config;
  } catch (error) {
    if (error instanceof mongo.MongoServerError && error.code === NOT_YET_INITIALIZED) return undefined;
    throw error;
  }
}
