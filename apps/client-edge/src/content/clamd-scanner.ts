import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { MalwareScanner, type Finding } from './malware-scanner.js';

export interface ClamdOptions {
  readonly host: string;
  readonly port: number;
  /** For one attempt, connecting included. Milliseconds. */
  readonly timeLimitMs: number;
}

const USUAL_PORT = 3310;
const ATTEMPTS = 3;
/** An answer is one line; what is longer is not from clamd. Characters. */
const LONGEST_ANSWER = 4096;

/** ClamAV's daemon over TCP: the content goes as frames of `zINSTREAM` (clamd(8)), no faster than it reads them. */
export class ClamdScanner extends MalwareScanner {
  constructor(private readonly options: ClamdOptions) {
    super();
  }

  /** `tcp://host:port`; without a port the daemon's usual one. */
  static at(url: string, timeLimitMs: number): ClamdScanner {
    const { hostname, port } = new URL(url);
    return new ClamdScanner({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || USUAL_PORT, timeLimitMs });
  }

  /** Rejects when clamd is not reached, does not answer within the time limit, or answers anything but a finding. */
  async scan(content: () => AsyncIterable<Uint8Array>): Promise<Finding> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(content);
      } catch (error) {
        // clamd resets a connection that it refuses in the middle, and a reset can overtake the answer that says why.
        if (attempt === ATTEMPTS || !isReset(error)) throw error;
      }
    }
  }

  private async attempt(content: () => AsyncIterable<Uint8Array>): Promise<Finding> {
    const { host, port, timeLimitMs } = this.options;
    const socket = connect({ host, port });
    const timer = setTimeout(() => socket.destroy(new Error(`clamd did not answer within ${timeLimitMs} ms`)), timeLimitMs);
    const answer = answerOf(socket);
    try {
      // Not awaited: the answer can come before the end of a content that is too long, and says more than the broken connection.
      send(socket, content()).catch((error: unknown) => socket.destroy(error as Error));
      return findingOf(await answer);
    } finally {
      clearTimeout(timer);
      socket.destroy();
    }
  }
}

async function send(socket: Socket, content: AsyncIterable<Uint8Array>): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'));
  for await (const bytes of content) {
    if (bytes.length === 0) continue;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    await write(socket, length, bytes);
  }
  await write(socket, Buffer.alloc(4));
}

/** Resolves when more may be written; rejects when nothing more can be. */
async function write(socket: Socket, ...parts: Uint8Array[]): Promise<void> {
  // An answer that has come already is read before a write can fail, which would lose it: after two turns of the loop all sockets were looked at.
  await turn();
  await turn();
  if (socket.destroyed) throw socket.errored ?? new Error('clamd closed the connection');
  socket.cork();
  for (const part of parts) socket.write(part);
  socket.uncork();
  if (!socket.writableNeedDrain) return;
  const over = new AbortController();
  await Promise.race([once(socket, 'drain', { signal: over.signal }), once(socket, 'close', { signal: over.signal })]).finally(() => over.abort());
}

function answerOf(socket: Socket): Promise<string> {
  const answer = new Promise<string>((resolve, reject) => {
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      const end = received.indexOf('\0');
      if (end >= 0) resolve(received.slice(0, end));
      else if (received.length > LONGEST_ANSWER) reject(new Error('clamd answered more than a line'));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('clamd closed the connection without an answer')));
  });
  answer.catch(() => undefined);
  return answer;
}

function isReset(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ECONNRESET';
}

function findingOf(answer: string): Finding {
  if (answer === 'stream: OK') return { is: 'clean' };
  const name = /^stream: (.+) FOUND$/.exec(answer)?.[1];
  if (name !== undefined) return { is: 'malware', name };
  if (answer.startsWith('INSTREAM size limit exceeded')) return { is: 'too-large' };
  throw new Error(`clamd cannot tell: ${answer.slice(0, 200)}`);
}
