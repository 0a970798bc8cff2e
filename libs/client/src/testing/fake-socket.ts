import type { WebSocketConstructor } from '../stream/device-stream.js';

/** Connections that a test opens, breaks and speaks on. */
export class FakeSockets {
  /** What the device said, JSON each. */
  readonly said: string[] = [];
  private live: { onmessage?: (event: { data: string }) => void; onclose?: (event: { code: number; reason: string }) => void; readyState: number } | undefined;
  /** How many connections there were. */
  opened = 0;
  /** The token of each. */
  readonly tokens: string[] = [];
  private cursor = 0;

  get WebSocket(): WebSocketConstructor {
    const connected = (socket: FakeSockets['live'], protocols: readonly string[]) => {
      this.live = socket;
      this.opened += 1;
      this.tokens.push(protocols[1]?.replace('bearer.', '') ?? '');
    };
    const said = (text: string) => {
      this.said.push(text);
      const { ping } = JSON.parse(text) as { ping?: string };
      if (ping !== undefined) queueMicrotask(() => this.tell({ type: 'pong', data: { ping } }));
    };
    return class {
      readyState = 1;
      onopen?: () => void;

      constructor(_url: string, protocols: readonly string[]) {
        connected(this as never, protocols);
        setTimeout(() => this.onopen?.(), 0);
      }

      send(text: string): void {
        said(text);
      }

      close(): void {
        this.readyState = 3;
      }
    } as unknown as WebSocketConstructor;
  }

  frame(type: string, data: object = {}): void {
    this.cursor += 1;
    this.tell({ cursor: String(this.cursor), type, at: '2026-03-02T09:15:30Z', data });
  }

  breakOff(code = 1006): void {
    const socket = this.live;
    this.live = undefined;
    if (socket) socket.readyState = 3;
    socket?.onclose?.({ code, reason: '' });
  }

  private tell(message: object): void {
    this.live?.onmessage?.({ data: JSON.stringify(message) });
  }
}
