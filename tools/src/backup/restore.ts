import { SERVICES } from '@cpm/runtime-decider';
import { removeInboxes } from '@cpm/runtime-kafka';
import { mongo } from 'mongoose';
import type { BackupSource } from './backup.js';
import { readBson, sha256Of } from './bson-file.js';
import { fileOf, readManifest, type KeptCollection, type Manifest } from './manifest.js';
import { restoredDocument, type StoredDocument } from './restored-document.js';

export interface RestoreOptions extends BackupSource {
  readonly folder: string;
  /** Of the system that is to run. */
  readonly partitions: number;
  /** Removes inboxes that hold records. */
  readonly discardsTopics: boolean;
  readonly log: (line: string) => void;
}

const BATCH_DOCUMENTS = 1_000;
const BATCH_BYTES = 8 * 2 ** 20;
const TELL_MS = 2_000;
const silent = () => undefined;
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

/**
 * Puts a backup into an empty database, to go on with empty inboxes; services must not run. Stopped in between, it leaves a database that
 * is not empty and that the next attempt refuses.
 * @throws before anything is changed when the backup is not whole, the database not empty, or a service runs
 */
export async function restore({ kafka, mongo: { uri, database }, folder, partitions, discardsTopics, log }: RestoreOptions): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (manifest.partitions !== partitions) throw new Error(`INBOX_PARTITIONS: is ${partitions}, the backup is of a system with ${manifest.partitions}`);
  for (const { name, sha256 } of manifest.collections) {
    if ((await sha256Of(fileOf(folder, name))) !== sha256) throw new Error(`${fileOf(folder, name)}: is not what the backup wrote`);
  }
  const client = new mongo.MongoClient(uri, { writeConcern: { w: 'majority' } });
  try {
    const db = client.db(database);
    await refuseContent(db);
    await removeInboxes(SERVICES, { ...kafka, log: SILENT, discards: discardsTopics });
    for (const kept of manifest.collections) {
      await putBack(db, kept, { folder, takenAt: manifest.takenAt, log });
    }
    return manifest;
  } finally {
    await client.close();
  }
}

async function refuseContent(db: mongo.Db): Promise<void> {
  const found = await db.listCollections({}, { nameOnly: true }).toArray();
  if (found.length > 0) throw new Error(`database ${db.databaseName}: has ${found.length} collections, and a backup is put into an empty one only; drop it, or name another one by MONGODB_DATABASE`);
}

interface Place {
  readonly folder: string;
  readonly takenAt: string;
  readonly log: (line: string) => void;
}

async function putBack(db: mongo.Db, { name, documents, indexes }: KeptCollection, { folder, takenAt, log }: Place): Promise<void> {
  const collection = await db.createCollection<StoredDocument>(name);
  let written = 0;
  const timer = setInterval(() => log(`${name}: ${written} of ${documents} documents`), TELL_MS);
  try {
    for await (const batch of batches(readBson(fileOf(folder, name)))) {
      await collection.insertMany(batch.map((raw) => restoredDocument(name, mongo.BSON.deserialize(raw), takenAt)), { ordered: false });
      written += batch.length;
    }
  } finally {
    clearInterval(timer);
  }
  if (written !== documents) throw new Error(`${name}: ${written} documents instead of ${documents}`);
  const further = indexes.filter(({ name: index }) => index !== '_id_').map(({ v: _version, ns: _namespace, ...index }) => index as unknown as mongo.IndexDescription);
  if (further.length > 0) await collection.createIndexes(further);
}

async function* batches(documents: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let batch: Buffer[] = [];
  let bytes = 0;
  for await (const document of documents) {
    batch.push(document);
    bytes += document.length;
    if (batch.length < BATCH_DOCUMENTS && bytes < BATCH_BYTES) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
