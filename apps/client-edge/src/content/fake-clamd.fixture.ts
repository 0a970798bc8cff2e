import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export const SIGNATURE = 'THIS-IS-A-VIRUS';

/** What a session does after the end of the stream; `silent` never answers, `hangs-up` closes without an answer. */
export type ClamdMood = 'scans' | 'silent' | 'hangs-up' | 'is-broken';

/** Speaks clamd's INSTREAM: parses every frame, looks for a signature across frames, and limits the stream's size. */
export class FakeClamd {
  mood: ClamdMood = 'scans';
  sizeLimit = 100 * 2 ** 20;
  /** The streams that came to their end. */
  readonly scanned: Buffer[] = [];
  readonly protocolErrors: string[] = [];
  /** Nothing is read from sessions while true. */
  isDeaf = false;
  /** How many of the next sessions are reset as soon as something comes. */
  resets = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeClamd> {
    const server = createServer();
    const clamd = new FakeClamd(server);
    server.on('connection', (socket) => clamd.serve(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return clamd;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  get sessions(): number {
    return this.sockets.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<unknown>((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    if (this.isDeaf) {
      socket.pause();
      return;
    }
    if (this.resets > 0) {
      this.resets -= 1;
      socket.once('data', () => socket.resetAndDestroy());
      return;
    }
    let pending = Buffer.alloc(0);
    let hasCommand = false;
    let size = 0;
    const frames: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => {
      pending = Buffer.concat([pending, bytes]);
      if (!hasCommand) {
        const end = pending.indexOf(0);
        if (end < 0) return;
        const command = pending.subarray(0, end).toString();
        if (command !== 'zINSTREAM') this.protocolErrors.push(command);
        pending = pending.subarray(end + 1);
        hasCommand = true;
      }
      while (pending.length >= 4) {
        const length = pending.readUInt32BE();
        if (length === 0) {
          if (pending.length > 4) this.protocolErrors.push('bytes after the end');
          this.end(socket, Buffer.concat(frames));
          return;
        }
        if (size + length > this.sizeLimit) {
          // As clamd does it: what still comes is not read, so that the connection may be reset.
          socket.removeAllListeners('data').pause();
          socket.end('INSTREAM size limit exceeded. ERROR\0', () => socket.destroy());
          return;
        }
        if (pending.length < 4 + length) return;
        size += length;
        frames.push(pending.subarray(4, 4 + length));
        pending = pending.subarray(4 + length);
      }
    });
  }

  private end(socket: Socket, stream: Buffer): void {
    this.scanned.push(stream);
    if (this.mood === 'silent') return;
    if (this.mood === 'hangs-up') socket.destroy();
    else if (this.mood === 'is-broken') socket.end('Could not get memory. ERROR\0');
    else {
      // The answer comes in two packets, as TCP may deliver it.
      const answer = stream.includes(SIGNATURE) ? 'stream: Test.Signature-1 FOUND\0' : 'stream: OK\0';
      socket.write(answer.slice(0, 5));
      setImmediate(() => socket.end(answer.slice(5)));
    }
  }
}
