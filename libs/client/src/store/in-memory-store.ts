import type { Batch, Change, ContentPiece, LocalState, LocalStore } from './local-store.js';
import type { PendingOperation, ReceivedSms, StoredFolder, StoredObject, SyncPosition, Ucn, UnsentMessage } from './stored.js';

/** Forgets everything when the process ends. */
export class InMemoryStore implements LocalStore {
  private readonly objects = new Map<string, StoredObject>();
  private readonly folders = new Map<string, StoredFolder>();
  private readonly pending = new Map<number, PendingOperation>();
  private readonly unsent = new Map<string, UnsentMessage>();
  private readonly ucns = new Map<string, Ucn>();
  private readonly sms = new Map<string, ReceivedSms>();
  private readonly pieces = new Map<string, readonly ContentPiece[]>();
  private position: SyncPosition | undefined;

  async load(): Promise<LocalState> {
    return {
      objects: [...this.objects.values()],
      folders: [...this.folders.values()],
      position: this.position,
      pending: [...this.pending.values()].sort((a, b) => a.order - b.order),
      unsent: [...this.unsent.values()],
      ucns: [...this.ucns.values()],
      sms: [...this.sms.values()],
    };
  }

  async apply(given: Batch): Promise<void> {
    const batch = structuredClone(given);
    for (const id of batch.objects?.remove ?? []) this.forgetContent(id);
    change(this.objects, batch.objects, ({ id }) => id);
    change(this.folders, batch.folders, ({ id }) => id);
    change(this.pending, batch.pending, ({ order }) => order);
    change(this.unsent, batch.unsent, ({ id }) => id);
    change(this.ucns, batch.ucns, ({ id }) => id);
    change(this.sms, batch.sms, ({ id }) => id);
    if (batch.position) this.position = batch.position;
  }

  async putContent(piece: ContentPiece): Promise<void> {
    const key = keyOf(piece.object, piece.part);
    const others = (this.pieces.get(key) ?? []).filter(({ offset }) => offset !== piece.offset);
    this.pieces.set(key, [...others, piece].sort((a, b) => a.offset - b.offset));
  }

  async content(object: string, part: number): Promise<readonly ContentPiece[]> {
    return this.pieces.get(keyOf(object, part)) ?? [];
  }

  async removeContent(object: string, part: number): Promise<void> {
    this.pieces.delete(keyOf(object, part));
  }

  async close(): Promise<void> {
    // Stays as it is: what is opened again finds it.
  }

  private forgetContent(object: string): void {
    for (const [key, [piece]] of this.pieces) if (piece?.object === object) this.pieces.delete(key);
  }
}

function change<Item, Key>(items: Map<Key, Item>, { put = [], remove = [] }: Change<Item, Key> = {}, key: (item: Item) => Key): void {
  for (const gone of remove) items.delete(gone);
  for (const item of put) items.set(key(item), item);
}

function keyOf(object: string, part: number): string {
  return `${part}|${object}`;
}
