import type { Duplex } from 'node:stream';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { WebSocket } from 'ws';

/** Close codes of the device stream, beside those of RFC 6455. */
export const CLOSE = {
  goingAway: 1001,
  tryAgainLater: 1013,
  replaced: 4001,
  malformedCursor: 4400,
  unauthorized: 4401,
  notRegistered: 4403,
  tooSlow: 4008,
} as const;

/** Share of the send buffer that a replay fills, so that what happens meanwhile finds room. */
const REPLAY_SHARE = 1 / 8;
/** How long a client that is not let in any more has to agree to the end. */
const AGREE_MS = 2_000;

export interface ConnectionParts {
  readonly id: string;
  readonly user: CpmAddress;
  readonly device: DeviceId;
  readonly socket: WebSocket;
  readonly transport: Duplex;
  /** Epoch ms, as its token says. */
  readonly issuedAt?: number;
  readonly expiresAt: number;
  readonly sendBufferBytes: number;
  /** How long a client that was cut off for not reading has to read that it is: what waits for it stays in memory as long. */
  readonly lastWordsMs: number;
  /** The last entry that the device has, by its own word or its last confirmation. */
  readonly position: number;
}

/** The live connection of one device. */
export class DeviceConnection {
  readonly id: string;
  readonly user: CpmAddress;
  readonly device: DeviceId;
  /** Everything due to the device up to this entry was handed to the socket. */
  position: number;
  /** While true its frames come from the log, not from what happens. */
  isCatchingUp = true;
  lastHeardMs = 0;
  nextPingMs = 0;
  nextRenewalMs = 0;
  private isCorked = false;
  private readonly pauses = new Set<string>();
  private pausedFor: NodeJS.Timeout | undefined;

  constructor(private readonly parts: ConnectionParts) {
    ({ id: this.id, user: this.user, device: this.device, position: this.position } = parts);
  }

  get issuedAt(): number | undefined {
    return this.parts.issuedAt;
  }

  get expiresAt(): number {
    return this.parts.expiresAt;
  }

  get isOpen(): boolean {
    return this.parts.socket.readyState === this.parts.socket.OPEN;
  }

  /** Frames of one turn of the event loop leave in one write. A client that does not keep up is cut off. */
  send(text: Buffer): void {
    const { socket, transport, sendBufferBytes } = this.parts;
    if (!this.isOpen) return;
    if (socket.bufferedAmount > sendBufferBytes) {
      this.close(CLOSE.tooSlow, 'more waits to be sent than the server keeps');
      setTimeout(() => this.terminate(), this.parts.lastWordsMs).unref();
      return;
    }
    if (!this.isCorked) {
      this.isCorked = true;
      transport.cork();
      process.nextTick(() => {
        this.isCorked = false;
        transport.uncork();
      });
    }
    socket.send(text, { binary: false });
  }

  /** Resolves when most of what was sent has left, or the connection is over. */
  async drained(): Promise<void> {
    const { socket, transport, sendBufferBytes } = this.parts;
    while (this.isOpen && transport.writableNeedDrain && socket.bufferedAmount > sendBufferBytes * REPLAY_SHARE) {
      await new Promise<void>((resolve) => {
        const over = () => {
          transport.off('drain', over);
          transport.off('close', over);
          resolve();
        };
        transport.on('drain', over);
        transport.on('close', over);
      });
    }
  }

  ping(): void {
    if (this.isOpen) this.parts.socket.ping();
  }

  /** Stops reading from the client, until every reason for it is over. */
  pause(reason: string): void {
    this.pauses.add(reason);
    this.parts.socket.pause();
  }

  /** What was said is heard; what comes next waits in the client. Milliseconds from now, the last word counts. */
  pauseFor(ms: number): void {
    if (ms === 0) return;
    clearTimeout(this.pausedFor);
    this.pause('rate');
    this.pausedFor = setTimeout(() => this.resume('rate'), ms);
  }

  resume(reason: string): void {
    if (this.pauses.delete(reason) && this.pauses.size === 0) this.parts.socket.resume();
  }

  close(code: number, reason: string): void {
    this.parts.socket.close(code, reason);
  }

  /** Closes, whether the client agrees or not: what it says from now on is not heard. */
  expel(code: number, reason: string): void {
    this.close(code, reason);
    setTimeout(() => this.terminate(), AGREE_MS).unref();
  }

  /** Without a closing handshake: nobody answers at the other end. */
  terminate(): void {
    this.parts.socket.terminate();
  }
}
