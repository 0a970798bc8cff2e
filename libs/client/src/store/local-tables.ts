import type { Batch, Change, LocalState } from './local-store.js';
import type { NewOperation, PendingOperation, ReceivedSms, StoredFolder, StoredObject, SyncPosition, Ucn, UnsentMessage } from './stored.js';

/** The tables of a local store in memory. */
export class LocalTables {
  readonly objects = new Map<string, StoredObject>();
  readonly folders = new Map<string, StoredFolder>();
  readonly unsent = new Map<string, UnsentMessage>();
  readonly ucns = new Map<string, Ucn>();
  readonly sms = new Map<string, ReceivedSms>();
  position: SyncPosition | undefined;
  private lastOrder = 0;
  private readonly byOrder = new Map<number, PendingOperation>();

  static of({ position, pending, ...rows }: LocalState): LocalTables {
    const tables = new LocalTables();
    tables.apply({
      ...(position && { position }), pending: { put: pending }, objects: { put: rows.objects }, folders: { put: rows.folders },
      unsent: { put: rows.unsent }, ucns: { put: rows.ucns }, sms: { put: rows.sms },
    });
    return tables;
  }

  /** In order. */
  get pending(): readonly PendingOperation[] {
    return [...this.byOrder.values()].sort((a, b) => a.order - b.order);
  }

  /** The operation with the next place in the order; `after` when others are put in the same batch. */
  next(operation: NewOperation, after = 0): PendingOperation {
    return { ...operation, order: this.lastOrder + 1 + after };
  }

  apply(batch: Batch): void {
    change(this.objects, batch.objects, ({ id }) => id);
    change(this.folders, batch.folders, ({ id }) => id);
    change(this.byOrder, batch.pending, ({ order }) => order);
    this.lastOrder = Math.max(this.lastOrder, ...(batch.pending?.put ?? []).map(({ order }) => order));
    change(this.unsent, batch.unsent, ({ id }) => id);
    change(this.ucns, batch.ucns, ({ id }) => id);
    change(this.sms, batch.sms, ({ id }) => id);
    if (batch.position) this.position = batch.position;
  }
}

function change<Item, Key>(items: Map<Key, Item>, { put = [], remove = [] }: Change<Item, Key> = {}, key: (item: Item) => Key): void {
  for (const gone of remove) items.delete(gone);
  for (const item of put) items.set(key(item), item);
}
