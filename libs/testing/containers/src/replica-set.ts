import { mongo } from 'mongoose';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

export const REPLICA_SET = 'cpm';

const POLL_MS = 25;
const ELECTION_LIMIT_MS = 30_000;
const NOT_YET_INITIALIZED = 94;

const configReply = z.object({
  config: z.looseObject({ version: z.number(), members: z.array(z.looseObject({ host: z.string() })) }),
});

/** Connection string of the one-node replica set on the port of this machine. */
export function replicaSetUri(port: number): string {
  return `mongodb://127.0.0.1:${port}/?replicaSet=${REPLICA_SET}`;
}

/** Makes the mongod on the port the primary of its own replica set, also when its data come from another port. @throws when it is none within 30 s */
export async function becomePrimary(port: number): Promise<void> {
  const client = new mongo.MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, { serverSelectionTimeoutMS: ELECTION_LIMIT_MS });
  try {
    const admin = client.db('admin');
    await configure(admin, `127.0.0.1:${port}`);
    const deadline = Date.now() + ELECTION_LIMIT_MS;
    while ((await admin.command({ hello: 1 }))['isWritablePrimary'] !== true) {
      if (Date.now() > deadline) throw new Error(`mongod on port ${port} did not become primary within ${ELECTION_LIMIT_MS / 1000} s`);
      await pause(POLL_MS);
    }
  } finally {
    await client.close();
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
