import { mkdir, readdir } from 'node:fs/promises';
import { SERVICES } from '@cpm/runtime-decider';
import { InboxPositions, type KafkaAddress } from '@cpm/runtime-kafka';
import { mongo } from 'mongoose';
import { sha256Of, writeBson } from './bson-file.js';
import { fileOf, writeManifest, type KeptCollection, type Manifest } from './manifest.js';
import { quietMoment } from './quiet-moment.js';

export interface BackupSource {
  readonly kafka: KafkaAddress;
  readonly mongo: { readonly uri: string; readonly database: string };
}

export interface BackupOptions extends BackupSource {
  /** Made when it is missing; must be empty. */
  readonly folder: string;
  /** How long to wait for a moment without work. */
  readonly waitMs: number;
  readonly log: (line: string) => void;
}

/** A reading of the database as it was at one moment. */
interface Snapshot {
  readonly session: mongo.ClientSession;
  readonly collections: readonly string[];
  readonly takenAt: string;
}

const silent = () => undefined;
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };
const TELL_MS = 2_000;
const SNAPSHOT_TOO_OLD = 239;

/** Writes the whole state of a running system into a folder. The system goes on meanwhile. @throws when there is no moment without work, or the snapshot is lost */
export async function backUp({ kafka, mongo: { uri, database }, folder, waitMs, log }: BackupOptions): Promise<Manifest> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new Error(`${folder}: is not empty`);
  const client = new mongo.MongoClient(uri);
  const positions = await InboxPositions.connect({ ...kafka, clientId: 'cpm-backup', log: SILENT });
  try {
    const db = client.db(database);
    const { snapshot, positions: ends } = await quietMoment({
      positions: () => positions.read(SERVICES), take: () => snapshotOf(client, db), discard: ({ session }) => session.endSession(), limitMs: waitMs, log,
    });
    log(`snapshot of ${snapshot.takenAt}: from here on nothing has to wait`);
    const collections: KeptCollection[] = [];
    for (const name of snapshot.collections) collections.push(await keep(db.collection(name), snapshot.session, folder, log));
    await snapshot.session.endSession();
    const manifest: Manifest = { format: 1, takenAt: snapshot.takenAt, partitions: Math.max(...ends.map(({ partition }) => partition)) + 1, collections };
    await writeManifest(folder, manifest);
    return manifest;
  } catch (error) {
    if (error instanceof mongo.MongoServerError && error.code === SNAPSHOT_TOO_OLD) {
      throw new Error('MongoDB has dropped the snapshot before all of it was read: set minSnapshotHistoryWindowInSeconds (300 by default) to the time that a backup takes, and begin again', { cause: error });
    }
    throw error;
  } finally {
    await positions.close();
    await client.close();
  }
}

/** The first read fixes the moment for all that the session reads. */
async function snapshotOf(client: mongo.MongoClient, db: mongo.Db): Promise<Snapshot> {
  const found = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
  const collections = found.map(({ name }) => name).filter((name) => !name.startsWith('system.')).sort();
  const [first] = collections;
  if (first === undefined) throw new Error(`database ${db.databaseName}: is empty`);
  const session = client.startSession({ snapshot: true });
  await db.collection(first).findOne({}, { session, projection: { _id: 1 } });
  return { session, collections, takenAt: new Date().toISOString() };
}

async function keep(collection: mongo.Collection, session: mongo.ClientSession, folder: string, log: (line: string) => void): Promise<KeptCollection> {
  const name = collection.collectionName;
  const path = fileOf(folder, name);
  let read = 0;
  const timer = setInterval(() => log(`${name}: ${read} documents so far`), TELL_MS);
  try {
    const raw = collection.find({}, { session, raw: true }) as unknown as AsyncIterable<Uint8Array>;
    const counted = async function* () {
      for await (const document of raw) {
        read += 1;
        yield document;
      }
    };
    const documents = await writeBson(path, counted());
    const indexes = (await collection.listIndexes().toArray()) as Record<string, unknown>[];
    return { name, documents, sha256: await sha256Of(path), indexes };
  } finally {
    clearInterval(timer);
  }
}
