import type { Batch, ContentPiece, LocalState, LocalStore } from './local-store.js';
import { LocalTables } from './local-tables.js';

/** Forgets everything when the process ends. */
export class InMemoryStore implements LocalStore {
  private readonly tables = new LocalTables();
  private readonly pieces = new Map<string, readonly ContentPiece[]>();

  async load(): Promise<LocalState> {
    const { objects, folders, position, pending, unsent, ucns, sms } = this.tables;
    return {
      position, pending, objects: [...objects.values()], folders: [...folders.values()], unsent: [...unsent.values()], ucns: [...ucns.values()], sms: [...sms.values()],
    };
  }

  async apply(batch: Batch): Promise<void> {
    this.tables.apply(structuredClone(batch));
    for (const id of batch.objects?.remove ?? []) this.forgetContent(id);
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

function keyOf(object: string, part: number): string {
  return `${part}|${object}`;
}
