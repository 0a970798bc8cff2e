import type { Batch, LocalStore } from './local-store.js';
import { LocalTables } from './local-tables.js';
import { DRAFT_CORRELATOR } from '../sync/local-view.js';
import type { PendingOperation } from './stored.js';

/** The local store with its tables in memory: read at once, changed in one order. */
export class LocalBox {
  private readonly names = new Map<string, string>();
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly store: LocalStore,
    readonly tables: LocalTables,
    private readonly committed: (batch: Batch, settled: readonly PendingOperation[]) => void,
  ) {}

  /** @param committed told of each change, with the operations that do not wait any more */
  static async open(store: LocalStore, committed: LocalBox['committed']): Promise<LocalBox> {
    const local = new LocalBox(store, LocalTables.of(await store.load()), committed);
    for (const { id, attributes } of local.tables.objects.values()) if (attributes[DRAFT_CORRELATOR]?.[0] !== undefined) local.rename(attributes[DRAFT_CORRELATOR][0], id);
    return local;
  }

  /** Decides on the tables as they are when everything before is kept. Rejects, and changes nothing, when the store cannot keep it. */
  commit(decide: (tables: LocalTables) => Batch | undefined): Promise<void> {
    const done = this.last.then(async () => {
      const batch = decide(this.tables);
      if (batch === undefined) return;
      const removed = new Set(batch.pending?.remove);
      const settled = removed.size === 0 ? [] : this.tables.pending.filter(({ order }) => removed.has(order));
      await this.store.apply(batch);
      this.tables.apply(batch);
      this.committed(batch, settled);
    });
    this.last = done.catch(() => undefined);
    return done;
  }

  /** What was made here has the server's id from now on. */
  rename(madeHere: string, id: string): void {
    this.names.set(madeHere, id);
  }

  /** The id by which something is known now. */
  nameOf(id: string): string {
    return this.names.get(id) ?? id;
  }

  /** When everything so far is kept. */
  async close(): Promise<void> {
    await this.last;
    await this.store.close();
  }
}
