import { ConfigError, connectionConfig, parseConfig } from '@cpm/runtime-host';
import { mongo } from 'mongoose';
import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 60_000;
const POLL_MS = 200;
const NOT_YET_INITIALIZED = 94;

/** Makes the one member that the connection string names a replica set of its own name, unless it is one; ends when it is primary. */
async function becomeReplicaSet(uri: string): Promise<void> {
  const member = new URL(uri);
  const name = member.searchParams.get('replicaSet');
  if (name === null || member.host.includes(',')) throw new ConfigError('MONGODB_URI: must name one host and replicaSet=…');
  member.searchParams.delete('replicaSet');
  member.searchParams.set('directConnection', 'true');
  const client = new mongo.MongoClient(member.href, { serverSelectionTimeoutMS: LIMIT_MS });
  try {
    const admin = client.db('admin');
    const isNew = await admin.command({ replSetGetStatus: 1 }).then(() => false, (error: unknown) => {
      if (error instanceof mongo.MongoServerError && error.code === NOT_YET_INITIALIZED) return true;
      throw error;
    });
    if (isNew) await admin.command({ replSetInitiate: { _id: name, members: [{ _id: 0, host: member.host }] } });
    for (const deadline = Date.now() + LIMIT_MS; (await admin.command({ hello: 1 }))['isWritablePrimary'] !== true; ) {
      if (Date.now() > deadline) throw new Error(`${member.host} did not become primary within ${LIMIT_MS / 1_000} s`);
      await pause(POLL_MS);
    }
    console.log(`replica set ${name}: ${member.host} is primary`);
  } finally {
    await client.close();
  }
}

try {
  await becomeReplicaSet(parseConfig(connectionConfig, process.env).MONGODB_URI);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
