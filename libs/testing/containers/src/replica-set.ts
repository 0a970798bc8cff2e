import { mongo } from 'mongoose';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

export const REPLICA_SET = 'cpm';

const HOST = '127.0.0.1';
const POLL_MS = 25;
const ELECTION_LIMIT_MS = 30_000;
const NOT_YET_INITIALIZED = 94;

const configReply = z.object({
  config: z.looseObject({ version: z.number(), members: z.array(z.looseObject({ host: z.string() })) }),
});

/** Connection string of the replica set whose members clients reach on these ports of this machine. */
export function replicaSetUri(ports: readonly number[]): string {
  return `mongodb://${ports.map((port) => `${HOST}:${port}`).join(',')}/?replicaSet=${REPLICA_SET}`;
}

/** Makes the mongod on the port the primary of its own replica set, also when its data come from another port. @throws when it is none within 30 s */
export async function becomePrimary(port: number): Promise<void> {
  await configureReplicaSet(port, [port]);
  await untilState(port, 'become primary', (state) => state === 'primary');
}

/** Makes those on `ports` the members, told to the mongod on `port`, also when its data come from other ports. */
export async function configureReplicaSet(port: number, ports: readonly number[]): Promise<void> {
  await asAdmin(port, async (admin) => {
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
export async function memberState(port: number, limitMs = ELECTION_LIMIT_MS): Promise<MemberState> {
  return asAdmin(port, async (admin) => {
    const { isWritablePrimary, secondary } = await admin.command({ hello: 1 });
    if (isWritablePrimary === true) return 'primary';
    return secondary === true ? 'secondary' : 'neither';
  }, limitMs);
}

/** @throws saying what did not come about within 30 s */
export async function untilState(port: number, what: string, isGood: (state: MemberState) => boolean): Promise<void> {
  const deadline = Date.now() + ELECTION_LIMIT_MS;
  while (!isGood(await memberState(port))) {
    if (Date.now() > deadline) throw new Error(`mongod on port ${port} did not ${what} within ${ELECTION_LIMIT_MS / 1000} s`);
    await pause(POLL_MS);
  }
}

/** Talks to the mongod on the port itself, whatever it is in its set. */
export async function asAdmin<T>(port: number, act: (admin: mongo.Db) => Promise<T>, limitMs = ELECTION_LIMIT_MS): Promise<T> {
  const client = new mongo.MongoClient(`mongodb://${HOST}:${port}/?directConnection=true`, { serverSelectionTimeoutMS: limitMs, socketTimeoutMS: limitMs });
  try {
    return await act(client.db('admin'));
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
