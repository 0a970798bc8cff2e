import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mongo } from 'mongoose';
import { readBson, sha256Of, writeBson } from './bson-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cpm-bson-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function all(path: string): Promise<unknown[]> {
  const documents: unknown[] = [];
  for await (const document of readBson(path)) documents.push(mongo.BSON.deserialize(document));
  return documents;
}

it('gives back what was written, small and large', async () => {
  const documents = [{ _id: 1 }, { _id: 2, text: 'x'.repeat(300_000), at: new Date(5) }, { _id: 3, deep: { list: [1, 'two'] } }];
  const path = join(folder, 'a');
  async function* encoded() {
    for (const document of documents) yield mongo.BSON.serialize(document);
  }
  expect(await writeBson(path, encoded())).toBe(3);
  expect(await all(path)).toEqual(documents);
  expect(await sha256Of(path)).toMatch(/^[0-9a-f]{64}$/);
});

it('refuses a file that was cut off, or is none', async () => {
  const path = join(folder, 'b');
  await writeFile(path, gzipSync(Buffer.from(mongo.BSON.serialize({ text: 'whole' })).subarray(0, 12)));
  await expect(all(path)).rejects.toThrow('ends inside of a document');
  await truncate(path, 10);
  await expect(all(path)).rejects.toThrow('unexpected end of file');
  await writeFile(path, gzipSync('no documents'));
  await expect(all(path)).rejects.toThrow('something else than documents');
  await expect(all(join(folder, 'absent'))).rejects.toThrow('ENOENT');
});
