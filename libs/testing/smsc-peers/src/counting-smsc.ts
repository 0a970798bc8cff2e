import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached } from '@cpm/testing-containers';
import { parseJournal, type Journal } from './journal.js';
import { cloudhopperClassPath, runJdkTool } from './maven.js';
import { inFolder, PASSWORD, startPeer, SYSTEM_ID, type SmscPeer } from './peer.js';

const SOURCE = fileURLToPath(new URL('../java/CountingSmsc.java', import.meta.url));

/** What destinations make the SMSC do, by their last four digits; see `java/CountingSmsc.java`. */
export const ENDS = {
  throttled: '0058', throttledTwice: '2058', invalidDestination: '0011', neverAnswered: '9999', disconnects: '5555', unbinds: '6666',
  receiptFirst: '7777', receiptTwice: '8888', fails: '3333', receiptInTlvs: '0427', writesBack: '4444', answersLate: '2500',
} as const;

export interface CountingSmsc extends SmscPeer {
  /** What it got so far, over all its lives. */
  journal(): Promise<Journal>;
}

/** An SMSC of ours on Cloudhopper's stack, that keeps what it got and goes on after a crash. @throws when Java, `javac` or Maven is missing */
export async function startCountingSmsc(): Promise<CountingSmsc> {
  const libraries = await cloudhopperClassPath();
  const peer = await startPeer({
    name: 'counting-smsc', classPath: `${await compiled(libraries)}:${libraries}`, mainClass: 'CountingSmsc', ready: 'listening on port',
    args: (port, folder) => [String(port), join(folder, 'journal.txt'), SYSTEM_ID, PASSWORD],
  });
  return Object.assign(peer, { journal: async () => parseJournal(await readFile(inFolder(peer.workplace, 'journal.txt'), 'utf8')) });
}

/** Compiling takes longer than starting, so each version of the source is compiled once. */
export async function compiled(libraries: string): Promise<string> {
  const version = createHash('sha256').update(await readFile(SOURCE)).digest('hex').slice(0, 12);
  return cached(`counting-smsc-${version}`, (folder) => runJdkTool('javac', ['--release', '17', '-cp', libraries, '-d', folder, SOURCE]));
}
