import { createHash, randomUUID, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { startSystem } from '../start/start-system.js';
import { GeneratedFile } from './generated-file.js';
import { provisionPair } from './pair.js';
import { usageOf } from './process-usage.js';

export interface FileBenchOptions {
  readonly megabytes: number;
  /** One process per service; the edge's is then measured alone. */
  readonly processes: boolean;
}

const MB = 2 ** 20;
const BREAK_AT = 0.4;
/** Enough for the compilers and the buffers of connections to settle. */
const WARM_UP = { files: 4, megabytes: 32 } as const;
const GROWTH_LIMIT_MB = 64;
const PROGRESS_MS = 2_000;
/** Often enough to see what a collection of garbage takes away again. */
const MEMORY_MS = 100;
const SETTLE_MS = 50;
const SETTLE_LIMIT_MS = 30_000;

interface Answer {
  readonly id: string;
  readonly sha256: string;
}

/** A client that moves one generated file and counts what it moved. */
class FileClient {
  moved = 0;

  constructor(
    private readonly pool: Pool,
    private readonly authorization: string,
  ) {}

  /** Sends from `first` on; up to `breakAt`, where the connection is cut. Undefined when it was. */
  async send(file: GeneratedFile, uploadId: string, { first = 0, breakAt = file.size }: { first?: number; breakAt?: number }): Promise<Answer | undefined> {
    const cut = new AbortController();
    const counted = this.counted(file.bytes(first, breakAt), () => breakAt < file.size && cut.abort());
    const begins = first === 0;
    const headers = { authorization: this.authorization, 'content-length': String(file.size - first), 'content-type': 'application/octet-stream', ...(begins ? { 'upload-id': uploadId, 'upload-length': String(file.size) } : { 'upload-offset': String(first) }) };
    try {
      const { statusCode, body } = await this.pool.request({ method: begins ? 'POST' : 'PATCH', path: begins ? '/cpm/v1/files' : `/cpm/v1/files/uploads/${uploadId}`, headers, body: Readable.from(counted, { objectMode: false }), signal: cut.signal });
      if (statusCode !== 201) throw new Error(`upload: ${statusCode} ${await body.text()}`);
      return (await body.json()) as Answer;
    } catch (error) {
      if (cut.signal.aborted) return undefined;
      throw error;
    }
  }

  /** How much of a broken-off upload is kept, once that does not change any more. */
  async kept(uploadId: string): Promise<number> {
    const ask = async () => {
      const { statusCode, headers, body } = await this.pool.request({ method: 'HEAD', path: `/cpm/v1/files/uploads/${uploadId}`, headers: { authorization: this.authorization } });
      await body.dump();
      if (statusCode !== 200) throw new Error(`offset: ${statusCode}`);
      return Number(headers['upload-offset']);
    };
    const giveUp = performance.now() + SETTLE_LIMIT_MS;
    for (let [last, now] = [-1, await ask()]; ; [last, now] = [now, await ask()]) {
      if (last === now || performance.now() > giveUp) return now;
      await pause(SETTLE_MS);
    }
  }

  /** Reads from `first` into the hash; up to `breakAt`, where the connection is cut. How many bytes the hash has seen then. */
  async fetch(file: GeneratedFile, { id, hash, first = 0, breakAt = file.size }: { id: string; hash: Hash; first?: number; breakAt?: number }): Promise<number> {
    const { statusCode, body } = await this.pool.request({ method: 'GET', path: `/cpm/v1/files/${id}`, headers: { authorization: this.authorization, ...(first > 0 && { range: `bytes=${first}-` }) } });
    if (statusCode !== (first > 0 ? 206 : 200)) throw new Error(`download: ${statusCode} ${await body.text()}`);
    let at = first;
    for await (const bytes of body as AsyncIterable<Buffer>) {
      hash.update(bytes);
      at += bytes.length;
      this.moved += bytes.length;
      if (at >= breakAt && breakAt < file.size) break;
    }
    return at;
  }

  private async *counted(pieces: Iterable<Buffer>, whenOver: () => void): AsyncGenerator<Buffer, void, undefined> {
    for (const piece of pieces) {
      yield piece;
      this.moved += piece.length;
    }
    whenOver();
  }
}

/** Resident memory of a process over time. Megabytes. */
class MemoryWatch {
  readonly before: number;
  max: number;
  private readonly timer = setInterval(() => (this.max = Math.max(this.max, this.now)), MEMORY_MS);

  constructor(private readonly pid: number) {
    this.before = this.now;
    this.max = this.before;
  }

  get now(): number {
    return usageOf(this.pid).rssMb;
  }

  stop(): { before: number; max: number } {
    clearInterval(this.timer);
    return { before: this.before, max: Math.max(this.max, this.now) };
  }
}

/** Moves a large file up and down, each broken off once, and measures speed and the memory of the process that serves it. */
export async function benchFileTransfer({ megabytes, processes }: FileBenchOptions): Promise<void> {
  console.log('Starting the system …');
  const system = await startSystem({ processes, httpPort: 0, quiet: true, fresh: true, env: { EDGE_MAX_FILE_BYTES: String(megabytes * MB) } });
  try {
    const app = processes ? 'client-edge' : 'all-in-one';
    const pid = system.pids.get(app);
    if (pid === undefined) throw new Error(`${app} does not run`);
    const pool = new Pool(system.url, { headersTimeout: 0, bodyTimeout: 0 });
    const { submitHeaders } = await provisionPair(pool, 0, 0);
    const client = new FileClient(pool, submitHeaders['authorization'] ?? '');
    console.log(`Warming up with ${WARM_UP.files} files of ${WARM_UP.megabytes} MB, each up and down: memory is compared with what the process has after them …`);
    for (let count = 0; count < WARM_UP.files; count += 1) await upAndDown(client, new GeneratedFile(WARM_UP.megabytes * MB), () => undefined);
    const memory = new MemoryWatch(pid);
    const speeds = await upAndDown(client, new GeneratedFile(megabytes * MB), (line) => console.log(`${line}   rss ${memory.now.toFixed(0)} MB`));
    const { before, max } = memory.stop();
    console.log(`\n${megabytes} MB   up ${speeds.up.toFixed(1)} MB/s   down ${speeds.down.toFixed(1)} MB/s, each with one break at ${BREAK_AT * 100} %, the hash of what was resumed included`);
    console.log(`rss of ${app}, every ${MEMORY_MS} ms   before ${before.toFixed(0)} MB   max ${max.toFixed(0)} MB   growth ${(max - before).toFixed(0)} MB   (limit ${GROWTH_LIMIT_MB} MB)`);
    if (max - before >= GROWTH_LIMIT_MB) process.exitCode = 1;
    await pool.destroy();
  } finally {
    await system.stop();
  }
}

/** MB/s each way. @throws when a hash is not what it should be */
async function upAndDown(client: FileClient, file: GeneratedFile, log: (line: string) => void): Promise<{ up: number; down: number }> {
  const uploadId = randomUUID();
  const breakAt = Math.floor(file.size * BREAK_AT);
  const sha256 = file.sha256();
  let id = '';
  const up = await timed(client, { what: 'up', size: file.size, log }, async () => {
    await client.send(file, uploadId, { breakAt });
    const kept = await client.kept(uploadId);
    log(`  up    broken off after ${breakAt} bytes, ${kept} are kept`);
    if (kept === 0 || kept > breakAt) throw new Error(`${kept} bytes are kept of ${breakAt}`);
    const answer = await client.send(file, uploadId, { first: kept });
    same('of the upload', answer?.sha256, sha256);
    id = answer?.id ?? '';
    log(`  up    resumed and whole: sha256 ${sha256}`);
  });
  const down = await timed(client, { what: 'down', size: file.size, log }, async () => {
    const hash = createHash('sha256');
    const at = await client.fetch(file, { id, hash, breakAt });
    same(`of the first ${at} bytes`, hash.copy().digest('hex'), file.sha256(at));
    log(`  down  broken off after ${at} bytes, which are right`);
    await client.fetch(file, { id, hash, first: at });
    same('of the download', hash.digest('hex'), sha256);
    log(`  down  resumed and whole: sha256 ${sha256}`);
  });
  return { up, down };
}

interface Leg {
  readonly what: 'up' | 'down';
  readonly size: number;
  readonly log: (line: string) => void;
}

async function timed(client: FileClient, { what, size, log }: Leg, move: () => Promise<void>): Promise<number> {
  client.moved = 0;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const ticker = setInterval(() => log(`  ${what.padEnd(4)}  ${seconds().toFixed(0).padStart(4)} s  ${(client.moved / MB).toFixed(0)} of ${(size / MB).toFixed(0)} MB, ${(client.moved / MB / seconds()).toFixed(1)} MB/s`), PROGRESS_MS);
  await move().finally(() => clearInterval(ticker));
  return size / MB / seconds();
}

function same(what: string, found: string | undefined, expected: string): void {
  if (found !== expected) throw new Error(`sha256 ${what} is ${found}, not ${expected}`);
}
