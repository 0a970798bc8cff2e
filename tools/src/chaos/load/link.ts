import type { WebSocketConstructor } from '@cpm/client';
import WebSocket from 'ws';

/** Nobody listens there. */
const NOWHERE = 'ws://127.0.0.1:1';
/** A request of a client that waits no longer is repeated, as all requests here may be. */
const REQUEST_LIMIT_MS = 10_000;

/** The way of one device to the system; it can be cut, as by a tunnel, while the device's program goes on. */
export class Link {
  readonly #sockets = new Set<WebSocket>();
  #isUp = true;
  #failed = 0;

  /** @param hear told of every text that comes over the wire, before the client knows it */
  constructor(private readonly hear: (text: string) => void) {}

  /** Calls that were not answered while the way was open, or with 5xx or 429. */
  get failed(): number {
    return this.#failed;
  }

  cut(): void {
    this.#isUp = false;
    for (const socket of this.#sockets) socket.terminate();
  }

  mend(): void {
    this.#isUp = true;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    if (!this.#isUp) throw new TypeError('fetch failed: the device has no IP');
    const limit = AbortSignal.timeout(REQUEST_LIMIT_MS);
    const answer = await fetch(input, { ...init, signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit }).catch((error: unknown) => {
      this.#failed += 1;
      throw error;
    });
    if (answer.status >= 500 || answer.status === 429) this.#failed += 1;
    return answer;
  };

  get webSocket(): WebSocketConstructor {
    const opened = (url: string, protocols: string[]) => this.#open(url, protocols);
    // The client's `new` gets the socket that a constructor returns.
    return function dial(url: string, protocols: string[]) {
      return opened(url, protocols);
    } as unknown as WebSocketConstructor;
  }

  #open(url: string, protocols: string[]): WebSocket {
    const socket = this.#isUp ? new WebSocket(url, protocols) : new WebSocket(NOWHERE);
    this.#sockets.add(socket);
    socket.on('message', (data) => this.hear((data as Buffer).toString('utf8')));
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
