import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from './cache.js';
import { verifyFolder } from './checksum.js';

const HELLO_SHA256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

describe('the cache', () => {
  const saved = process.env['XDG_CACHE_HOME'];
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'cpm-cache-spec-'));
    process.env['XDG_CACHE_HOME'] = root;
  });
  afterEach(async () => {
    if (saved === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = saved;
    await rm(root, { recursive: true });
  });

  it('is filled whole by whoever ends first, and leaves nothing else', async () => {
    let inside = 0;
    let bothInside: () => void;
    const meeting = new Promise<void>((resolve) => { bothInside = resolve; });
    const fill = async (folder: string) => {
      await writeFile(join(folder, 'content'), 'hello');
      inside += 1;
      if (inside === 2) bothInside();
      await meeting;
    };
    const [one, two] = await Promise.all([cached('thing', fill), cached('thing', fill)]);
    expect(one).toBe(two);
    expect(await readFile(join(one, 'content'), 'utf8')).toBe('hello');
    expect(await readdir(join(root, 'cpm-stack'))).toEqual(['thing']);
  });

  it('stays empty when filling fails, and is filled by the next try', async () => {
    await expect(cached('thing', () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect(await readdir(join(root, 'cpm-stack'))).toEqual([]);
    await cached('thing', (folder) => writeFile(join(folder, 'content'), 'hello'));
    expect(await readdir(join(root, 'cpm-stack', 'thing'))).toEqual(['content']);
  });

  it('accepts exactly the expected files', async () => {
    const folder = join(root, 'files');
    await mkdir(folder);
    await writeFile(join(folder, 'a.jar'), 'hello');
    await expect(verifyFolder(folder, { 'a.jar': HELLO_SHA256 })).resolves.toBeUndefined();
    await expect(verifyFolder(folder, { 'a.jar': HELLO_SHA256, 'b.jar': HELLO_SHA256 })).rejects.toThrow('b.jar is missing');
    await expect(verifyFolder(folder, {})).rejects.toThrow('a.jar is not expected');
    await writeFile(join(folder, 'a.jar'), 'changed');
    await expect(verifyFolder(folder, { 'a.jar': HELLO_SHA256 })).rejects.toThrow(/a\.jar has sha256 [0-9a-f]{64}, expected 2cf24d/);
  });
});
