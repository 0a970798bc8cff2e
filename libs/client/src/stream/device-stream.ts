import type { Backoff } from '../calls/backoff.js';
import { toProblem, type CpmProblem } from '../calls/problem.js';
import type { Frame } from './frames.js';

/** `waiting`: the connection is down and will be tried again; `ended`: it will not. */
export type StreamState = 'connecting' | 'open' | 'waiting' | 'ended';

/** Why a stream ended for good. 4001: another connection of the device took its place; 4401, 4403: it is not let in. */
export class StreamEndedError extends Error {
  override readonly name = 'StreamEndedError';

  constructor(
    readonly code: number,
    readonly reason: string,
  ) {
    super(`the stream ended: ${code} ${reason}`);
  }
}

/** The platform's WebSocket, or one like it. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocket;

export interface StreamOptions {
  /** `ws:` or `wss:` URL. */
  readonly url: string;
  readonly token: () => Promise<string>;
  /** Whether another token can be had after one was refused. */
  readonly canRenewToken: boolean;
  readonly WebSocket: WebSocketConstructor;
  readonly pingEveryMs: number;
  readonly backoff: Backoff;
  readonly since: () => string | undefined;
  readonly opened: () => void;
  readonly frame: (frame: Frame) => void;
  /** The server confirms that all that was said before the ping is kept. */
  readonly pong: (ping: number) => void;
  readonly problem: (problem: CpmProblem, about: Readonly<Record<string, unknown>>) => void;
  readonly state: (state: StreamState, ended?: StreamEndedError) => void;
}

const FINAL: ReadonlySet<number> = new Set([4001, 4400, 4403]);
const UNAUTHORIZED = 4401;
const OPEN = 1;
const STABLE_MS = 5_000;

type Incoming = { readonly type: string; readonly data: Readonly<Record<string, unknown>> };

/** A connection that comes back with the cursor it had. */
export class DeviceStream {
  private socket: WebSocket | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  private isPongDue = false;
  private isTaken = false;
  private isDialling = false;
  private isEnded = false;
  private pings = 0;
  private openedAt = 0;

  constructor(private readonly options: StreamOptions) {}

  /** Now rather than when the wait is over; does nothing where a connection is there or under way. */
  async connect(): Promise<void> {
    if (this.isEnded || this.isDialling || this.socket !== undefined) return;
    clearTimeout(this.retry);
    this.isDialling = true;
    this.options.state('connecting');
    const token = await this.options.token().catch(() => undefined);
    this.isDialling = false;
    if (this.hasEnded()) return;
    if (token === undefined) this.comeBack();
    else this.dial(token);
  }

  /** False when there is no connection to say it on. */
  say(message: object): boolean {
    if (this.socket?.readyState !== OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  get pingsSent(): number {
    return this.pings;
  }

  /** Asks the server to confirm what was said so far. */
  ping(): void {
    this.pings += 1;
    this.isPongDue = true;
    this.say({ ping: String(this.pings) });
  }

  end(): void {
    this.finish(new StreamEndedError(1000, 'closed by the client'));
    this.socket?.close(1000);
  }

  private dial(token: string): void {
    const since = this.options.since();
    const url = since === undefined ? this.options.url : `${this.options.url}?since=${encodeURIComponent(since)}`;
    const socket = new this.options.WebSocket(url, ['cpm.v1', `bearer.${token}`]);
    this.socket = socket;
    socket.onopen = () => {
      this.openedAt = Date.now();
      this.isTaken = false;
      this.ping();
      this.pulse = setInterval(() => this.beat(socket), this.options.pingEveryMs);
    };
    socket.onmessage = ({ data }) => this.hear(String(data));
    socket.onclose = ({ code, reason }) => this.lost(socket, code, reason);
    // The close that follows says what matters.
    socket.onerror = () => undefined;
  }

  private hear(text: string): void {
    const message = JSON.parse(text) as Incoming;
    this.isPongDue = false;
    if (!this.isTaken) {
      // A connection that is not let in is closed before anything is said on it.
      this.isTaken = true;
      this.options.opened();
      this.options.state('open');
    }
    if (message.type === 'pong') this.options.pong(Number(message.data['ping']));
    else if (message.type === 'error') this.options.problem(toProblem(Number(message.data['status']), message.data), message.data);
    else this.options.frame(message as unknown as Frame);
  }

  /** A server that has said nothing since the last ping is not there any more, whatever the transport believes. */
  private beat(socket: WebSocket): void {
    if (this.isPongDue) {
      this.lost(socket, 1006, 'the server does not answer');
      socket.close();
      return;
    }
    this.ping();
  }

  private lost(socket: WebSocket, code: number, reason: string): void {
    if (socket !== this.socket) return;
    this.socket = undefined;
    clearInterval(this.pulse);
    if (this.isEnded) return;
    if (FINAL.has(code) || (code === UNAUTHORIZED && !this.options.canRenewToken)) {
      this.finish(new StreamEndedError(code, reason));
      return;
    }
    if (this.openedAt > 0 && Date.now() - this.openedAt > STABLE_MS) this.options.backoff.reset();
    this.comeBack();
  }

  /** It may have ended while a token was fetched. */
  private hasEnded(): boolean {
    return this.isEnded;
  }

  private comeBack(): void {
    this.options.state('waiting');
    this.retry = setTimeout(() => void this.connect(), this.options.backoff.next());
  }

  private finish(error: StreamEndedError): void {
    if (this.isEnded) return;
    this.isEnded = true;
    clearTimeout(this.retry);
    clearInterval(this.pulse);
    this.options.state('ended', error);
  }
}
