import { nmsObject, partsOf, pathOf, type Box, type ObjectRow } from '@cpm/domain-message-store-sync';
import type { ContentStore } from '@cpm/runtime-content';
import type { Clock } from '@cpm/runtime-ports';
import { timestamp, type CpmAddress } from '@cpm/vocabulary';
import type { Boxes } from '../boxes.js';
import type { Place, UpkeepRows } from '../upkeep/upkeep-rows.js';

export const EXPORT_TYPE = 'application/x-ndjson';
/** Grows when a line changes in a way that breaks its readers. */
const FORMAT_VERSION = 1;
const OBJECTS_AT_ONCE = 200;
/** Divisible by three, so that the base64 of all chunks together is that of the whole. */
const CHUNK_BYTES = 192 * 1024;

export interface ExportOptions {
  /** Contents that are stored apart follow their objects. */
  readonly withContent: boolean;
  /** Scheme and host of the entry, without a slash at its end. */
  readonly baseUrl: string;
}

interface ExportParts {
  readonly boxes: Boxes;
  readonly rows: UpkeepRows;
  readonly contents: ContentStore;
  readonly clock: Clock;
}

/**
 * A user's box as lines of JSON, each an object with one member: `export` (user, at, version), `folder`s, `object`s as OMA NMS shows them with
 * their `parts`, after an object its `content`s and their `chunk`s, and `end` with the counts. Without `end` the export is not whole.
 */
export class BoxExport {
  constructor(private readonly parts: ExportParts) {}

  async *lines(user: CpmAddress, options: ExportOptions): AsyncGenerator<string, void, undefined> {
    const { boxes, rows, clock } = this.parts;
    const box = await boxes.of(user);
    yield line({ export: { user, at: timestamp(clock.now()), version: FORMAT_VERSION, lastModSeq: box.modSeq } });
    const folders = Object.keys(box.folders).map((key) => pathOf(key, box.folders) ?? '').sort();
    for (const path of folders) yield line({ folder: { path } });
    let objects = 0;
    let after: Place | undefined;
    do {
      // Page by page, for a cursor would not outlive a slow reader.
      const page = await rows.page(user, after, OBJECTS_AT_ONCE);
      for (const row of page) yield* this.object(row, box, options);
      objects += page.length;
      after = page.length === OBJECTS_AT_ONCE ? page.at(-1) : undefined;
    } while (after);
    yield line({ end: { folders: folders.length, objects } });
  }

  private async *object(row: ObjectRow, { folders }: Box, { withContent, baseUrl }: ExportOptions): AsyncGenerator<string, void, undefined> {
    const { contents } = this.parts;
    const stored = [];
    const parts = [];
    for (const { contentId, ...part } of partsOf(row)) {
      const found = contentId === undefined ? undefined : await contents.find(contentId);
      const isThere = found !== undefined && found.expiresAtMs > this.parts.clock.now();
      if (isThere) stored.push(found);
      parts.push(contentId === undefined ? part : { ...part, contentId, ...(isThere ? { sha256: found.sha256 } : { gone: true }) });
    }
    yield line({ object: { ...nmsObject(row, { folders, baseUrl }), parts } });
    if (!withContent) return;
    for (const file of stored) {
      yield line({ content: { contentId: file.id, contentType: file.contentType, size: file.size, sha256: file.sha256 } });
      for await (const base64 of inBase64(contents.read(file))) yield line({ chunk: { contentId: file.id, base64 } });
    }
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

async function* inBase64(source: AsyncIterable<unknown>): AsyncGenerator<string, void, undefined> {
  let held: Buffer = Buffer.alloc(0);
  for await (const bytes of source as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, bytes]);
    for (; held.length >= CHUNK_BYTES; held = held.subarray(CHUNK_BYTES)) yield held.toString('base64', 0, CHUNK_BYTES);
  }
  if (held.length > 0) yield held.toString('base64');
}
