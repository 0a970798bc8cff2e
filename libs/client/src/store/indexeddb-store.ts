/// <reference lib="dom" />
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import type { Batch, Change, ContentPiece, LocalState, LocalStore } from './local-store.js';
import type { PendingOperation, ReceivedSms, StoredFolder, StoredObject, SyncPosition, Ucn, UnsentMessage } from './stored.js';

interface Schema extends DBSchema {
  readonly objects: { readonly key: string; readonly value: StoredObject };
  readonly folders: { readonly key: string; readonly value: StoredFolder };
  readonly position: { readonly key: string; readonly value: SyncPosition };
  readonly pending: { readonly key: number; readonly value: PendingOperation };
  readonly unsent: { readonly key: string; readonly value: UnsentMessage };
  readonly ucns: { readonly key: string; readonly value: Ucn };
  readonly sms: { readonly key: string; readonly value: ReceivedSms };
  readonly contents: { readonly key: [object: string, part: number, offset: number]; readonly value: ContentPiece };
}

/** Raised by one with each change of the schema, together with what `upgrade` does to an older one. */
const SCHEMA_VERSION = 1;
const TABLES = ['objects', 'folders', 'position', 'pending', 'unsent', 'ucns', 'sms'] as const;
const HERE = 'here';

/** This platform has no IndexedDB, or does not let this page use it. */
export class IndexedDbUnavailableError extends Error {
  override readonly name = 'IndexedDbUnavailableError';
}

/** A page that is loaded again may find its former self still leaving. Milliseconds. */
const IN_USE_AFTER_MS = 500;

/** Two tabs with one database would each overwrite what the other keeps. Where the platform knows locks; the result lets go. */
async function hold(name: string): Promise<() => void> {
  const { locks } = (globalThis.navigator as Partial<Navigator> | undefined) ?? {};
  if (locks === undefined) return () => undefined;
  return new Promise((resolve, reject) => {
    const held = () => new Promise<void>((release) => resolve(release));
    locks.request(`cpm ${name}`, { signal: AbortSignal.timeout(IN_USE_AFTER_MS) }, held).catch(() => reject(new IndexedDbUnavailableError(`another tab uses IndexedDB ${name}`)));
  });
}

/**
 * Opens the database of this name, or makes it: one for each user and device.
 * Throws IndexedDbUnavailableError, also while another tab has it open: an app may go on with an `InMemoryStore`, and synchronise anew each time it starts.
 */
export async function openIndexedDbStore(name: string): Promise<LocalStore> {
  if ((globalThis.indexedDB as IDBFactory | undefined) === undefined) throw new IndexedDbUnavailableError('this platform has no IndexedDB; use an InMemoryStore or a LocalStore of your own');
  const release = await hold(name);
  try {
    const db = await openDB<Schema>(name, SCHEMA_VERSION, {
      upgrade: (created) => {
        for (const table of ['objects', 'folders', 'unsent', 'ucns', 'sms'] as const) created.createObjectStore(table, { keyPath: 'id' });
        created.createObjectStore('pending', { keyPath: 'order' });
        created.createObjectStore('contents', { keyPath: ['object', 'part', 'offset'] });
        created.createObjectStore('position');
      },
      // Another tab with a newer schema must not wait for this one.
      blocking: (_now, _wanted, { target }) => (target as IDBDatabase).close(),
    });
    return new IndexedDbStore(db, release);
  } catch (cause) {
    release();
    throw new IndexedDbUnavailableError(`IndexedDB ${name} cannot be opened: ${String(cause)}`, { cause });
  }
}

type Row = StoredObject | StoredFolder | PendingOperation | UnsentMessage | Ucn | ReceivedSms;

class IndexedDbStore implements LocalStore {
  constructor(
    private readonly db: IDBPDatabase<Schema>,
    private readonly release: () => void,
  ) {}

  async load(): Promise<LocalState> {
    const transaction = this.db.transaction(TABLES);
    const all = <Name extends 'objects' | 'folders' | 'pending' | 'unsent' | 'ucns' | 'sms'>(name: Name) => transaction.objectStore(name).getAll();
    const [objects, folders, position, pending, unsent, ucns, sms] = await Promise.all([
      all('objects'), all('folders'), transaction.objectStore('position').get(HERE), all('pending'), all('unsent'), all('ucns'), all('sms'),
    ]);
    return { objects, folders, position, pending, unsent, ucns, sms };
  }

  async apply(batch: Batch): Promise<void> {
    // What only this device knows outlives a power cut; the rest is asked for again from the position that is kept.
    const durability = batch.pending ?? batch.unsent ?? batch.ucns ? 'strict' : 'relaxed';
    const transaction = this.db.transaction<Table[], 'readwrite'>([...TABLES, 'contents'], 'readwrite', { durability });
    try {
      write(batch, transaction);
    } catch (error) {
      // What cannot be kept at all is refused before it is written: the rest must not be written without it.
      transaction.abort();
      await transaction.done.catch(() => undefined);
      throw error;
    }
    await transaction.done;
  }

  async putContent(piece: ContentPiece): Promise<void> {
    await this.db.put('contents', piece);
  }

  async content(object: string, part: number): Promise<readonly ContentPiece[]> {
    return this.db.getAll('contents', IDBKeyRange.bound([object, part], [object, part, []]));
  }

  async removeContent(object: string, part: number): Promise<void> {
    await this.db.delete('contents', IDBKeyRange.bound([object, part], [object, part, []]));
  }

  async close(): Promise<void> {
    this.db.close();
    this.release();
  }
}

type Table = (typeof TABLES)[number] | 'contents';
type Writing = IDBPTransaction<Schema, Table[], 'readwrite'>;

function write(batch: Batch, transaction: Writing): void {
  // A request that fails ends its transaction, which tells it.
  const ask = (request: Promise<unknown>) => void request.catch(() => undefined);
  for (const id of batch.objects?.remove ?? []) ask(transaction.objectStore('contents').delete(IDBKeyRange.bound([id], [id, []])));
  for (const name of TABLES) {
    if (name === 'position') continue;
    const { put = [], remove = [] } = (batch[name] ?? {}) as Change<Row, string & number>;
    for (const key of remove) ask(transaction.objectStore(name).delete(key));
    for (const row of put) ask(transaction.objectStore(name).put(row as never));
  }
  if (batch.position) ask(transaction.objectStore('position').put(batch.position, HERE));
}
