import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** @throws when the folder holds other files than `expected` (name to sha256 in hex) lists, or a file with other content */
export async function verifyFolder(folder: string, expected: Readonly<Record<string, string>>): Promise<void> {
  const present = new Set(await readdir(folder));
  const names = new Set([...present, ...Object.keys(expected)]);
  const faults: string[] = [];
  for (const name of names) {
    if (!present.has(name)) faults.push(`${name} is missing`);
    else if (expected[name] === undefined) faults.push(`${name} is not expected`);
    else {
      const found = await sha256(join(folder, name));
      if (found !== expected[name]) faults.push(`${name} has sha256 ${found}, expected ${expected[name]}`);
    }
  }
  if (faults.length > 0) throw new Error(`Checksum mismatch, nothing was installed:\n  ${faults.join('\n  ')}`);
}
