import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface LogScan {
  readonly files: number;
  readonly lines: number;
  /** Lines that hold an address or a word of a message of the run. */
  readonly telling: number;
  /** Of these, the first few: file and number of the line, never what it says. */
  readonly where: readonly string[];
}

const LISTED = 10;

/** What must not stand in a log: addresses as they are written anywhere (`tel:+49…`, `49…`, `sip:…`), and words of messages. */
export function secretsOf(addresses: readonly string[], words: readonly string[]): readonly string[] {
  return [...addresses.map((address) => address.replace(/^(tel:\+|sips?:)/, '')), ...words];
}

/** Reads every log of a folder and of those in it, or those that `isRead`, for what must not stand there. */
export async function scanLogs(folder: string, secrets: readonly string[], isRead: (path: string) => boolean = () => true): Promise<LogScan> {
  const where: string[] = [];
  let [files, lines, telling] = [0, 0, 0];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.log') && isRead(file))) {
    files += 1;
    let at = 0;
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      at += 1;
      if (!tells(line, secrets)) continue;
      telling += 1;
      if (where.length < LISTED) where.push(`${name}:${at}`);
    }
    lines += at;
  }
  return { files, lines, telling, where };
}

function tells(line: string, secrets: readonly string[]): boolean {
  const written = line.replaceAll('%40', '@');
  return secrets.some((secret) => written.includes(secret));
}
