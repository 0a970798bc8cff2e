import { CpmDevice, type WebSocketConstructor } from '@cpm/client';
import WebSocket from 'ws';
import type { Provisioned } from '../bench/pair.js';
import { DEVICES_ON_IP, type History, type Route } from './history.js';

/** A sender with one device, and a recipient whose devices acknowledge what they get. */
export interface ChaosPair {
  readonly sender: CpmDevice;
  readonly recipient: string;
  readonly route: Route;
  close(): void;
}

export interface PairOptions {
  readonly url: string;
  readonly history: History;
  readonly route: Route;
  /** A submission that was not accepted for so long is refused. */
  readonly submitLimitMs: number;
}

/** A request of a client that waits no longer is repeated, as all requests here may be. */
const REQUEST_LIMIT_MS = 10_000;

/** Opens the streams of the pair's devices; where the recipient gets SMS his phone stays away. */
export async function connectChaosPair({ recipient, devices, tokens }: Provisioned, options: PairOptions): Promise<ChaosPair> {
  const { history, route } = options;
  const deviceAt = (index: number, socket: WebSocketConstructor) => new CpmDevice({
    url: options.url, deviceId: devices[index]?.id ?? '', token: tokens[index] ?? '', retryForMs: options.submitLimitMs, WebSocket: socket,
    fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(REQUEST_LIMIT_MS) }),
  });
  const sender = deviceAt(0, listenedTo((text) => noteReport(history, text)));
  sender.on('disposition', ({ cursor, data: { messageId: id, recipient: to, status } }) => {
    history.append({ is: 'reported', id, at: Date.now(), recipient: to, status, cursor });
  });
  const onIp = route === 'ip' ? DEVICES_ON_IP : [];
  const receivers = onIp.map((device) => {
    const receiver = deviceAt(device, WebSocket as unknown as WebSocketConstructor);
    receiver.on('message.received', ({ data: { id } }) => history.append({ is: 'received', id, at: Date.now(), device }));
    return receiver;
  });
  const all = [sender, ...receivers];
  await Promise.all(all.map((device) => device.connect()));
  return { sender, recipient, route, close: () => all.forEach((device) => device.close()) };
}

/** What the client drops as known is heard as well. */
function listenedTo(hear: (text: string) => void): WebSocketConstructor {
  class ListenedTo extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      this.on('message', (data) => hear((data as Buffer).toString('utf8')));
    }
  }
  return ListenedTo as unknown as WebSocketConstructor;
}

function noteReport(history: History, text: string): void {
  const { type, data } = JSON.parse(text) as { type: string; data: { id?: string } };
  if (type === 'disposition' && data.id !== undefined) history.append({ is: 'report-frame', reportId: data.id, at: Date.now() });
}
