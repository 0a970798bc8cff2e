import { CHUNK_BYTES, type GridChunks } from './grid-chunks.js';

export interface Progress {
  /** Bytes that are kept. */
  readonly received: number;
  readonly epoch: number;
  readonly fileId: string;
}

/** Another connection has taken over what this one was writing. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
}

/**
 * Cuts what one connection brings into chunks and stores each before it takes more, so that an upload holds one chunk in
 * memory. `advance` makes the progress known; false from it says that another writer has taken over.
 */
export class ChunkWriter {
  private readonly buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  private filled = 0;
  private kept: number;

  private constructor(
    private readonly chunks: GridChunks,
    private readonly start: Progress,
    private readonly advance: (received: number) => Promise<boolean>,
  ) {
    this.kept = start.received;
  }

  /** Continues where `start` says; the beginning of a chunk that is not full yet is read back. */
  static async from(chunks: GridChunks, start: Progress, advance: (received: number) => Promise<boolean>): Promise<ChunkWriter> {
    const writer = new ChunkWriter(chunks, start, advance);
    const begun = start.received - (start.received % CHUNK_BYTES);
    for await (const bytes of chunks.read(start.fileId, begun, start.received)) writer.filled += bytes.copy(writer.buffer, writer.filled);
    return writer;
  }

  /** Bytes taken so far, those of earlier connections included. */
  get received(): number {
    return this.begin + this.filled;
  }

  /** @throws SupersededError */
  async add(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const copied = bytes.copy(this.buffer, this.filled, at);
      at += copied;
      this.filled += copied;
      if (this.filled === CHUNK_BYTES) await this.flush();
    }
  }

  /** Stores what is not stored yet. @throws SupersededError */
  async flush(): Promise<void> {
    const { received } = this;
    if (received === this.kept) return;
    const place = { fileId: this.start.fileId, n: this.begin / CHUNK_BYTES, epoch: this.start.epoch };
    if (!(await this.chunks.put(place, this.buffer.subarray(0, this.filled)))) throw new SupersededError();
    if (!(await this.advance(received))) throw new SupersededError();
    this.kept = received;
    if (this.filled === CHUNK_BYTES) this.filled = 0;
  }

  /** Where the chunk that is being filled begins. */
  private get begin(): number {
    return this.kept - (this.kept % CHUNK_BYTES);
  }
}
