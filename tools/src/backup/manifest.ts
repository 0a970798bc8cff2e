import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const FILE = 'manifest.json';

const manifest = z.object({
  format: z.literal(1),
  /** When the snapshot was taken. */
  takenAt: z.iso.datetime(),
  /** Of the inboxes: users are assigned to partitions by it, so a restored system must have the same. */
  partitions: z.int().positive(),
  collections: z.array(z.object({
    name: z.string().min(1),
    documents: z.int().nonnegative(),
    /** Of the file as it is, packed. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** Its indexes as `listIndexes` tells them. */
    indexes: z.array(z.record(z.string(), z.unknown())),
  })),
});
export type Manifest = z.output<typeof manifest>;
export type KeptCollection = Manifest['collections'][number];

/** The file of a collection: its documents as BSON, one after the other as mongodump writes them, packed by gzip. */
export function fileOf(folder: string, collection: string): string {
  return join(folder, `${collection}.bson.gz`);
}

/** Written last: a folder without it holds no whole backup. */
export async function writeManifest(folder: string, content: Manifest): Promise<void> {
  const draft = join(folder, `${FILE}.draft`);
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, join(folder, FILE));
}

/** @throws when the folder holds no whole backup, or one of another format */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`${folder}: holds no whole backup (${FILE} is missing)`);
  const parsed = manifest.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${join(folder, FILE)}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
