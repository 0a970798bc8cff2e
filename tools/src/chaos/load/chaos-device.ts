import { CpmDevice, CpmProblem, InMemoryStore, type Box, type MessageData } from '@cpm/client';
import type { History } from '../history.js';
import { Link } from './link.js';

export interface DeviceOptions {
  readonly url: string;
  readonly history: History;
  readonly user: string;
  readonly id: string;
  readonly token: string;
  /** Says `displayed` of what it gets where that was asked for. */
  readonly displays: boolean;
  /** How long a call is repeated before it is given up. */
  readonly submitLimitMs: number;
}

interface WireFrame {
  readonly type: string;
  readonly cursor?: string;
  readonly data: { readonly id?: string };
}

/** A device with the client SDK that writes down what it is told. */
export class ChaosDevice {
  readonly sdk: CpmDevice;
  readonly #link: Link;
  #box: Box | undefined;

  constructor(private readonly options: DeviceOptions) {
    const { url, id, token, submitLimitMs } = options;
    this.#link = new Link((text) => this.#overTheWire(JSON.parse(text) as WireFrame));
    this.sdk = new CpmDevice({ url, deviceId: id, token, retryForMs: submitLimitMs, WebSocket: this.#link.webSocket, fetch: this.#link.fetch });
    this.sdk.on('disposition', ({ cursor, data: { messageId, recipient, status } }) => {
      options.history.append({ is: 'reported', id: messageId, at: Date.now(), device: id, recipient, status, cursor });
    });
    this.sdk.on('message.received', ({ data }) => this.#received(data));
    this.sdk.on('session.message', ({ data }) => this.#received(data));
  }

  get id(): string {
    return this.options.id;
  }

  get user(): string {
    return this.options.user;
  }

  /** Undefined where it keeps none. */
  get box(): Box | undefined {
    return this.#box;
  }

  /** Of its calls, as the link tells. */
  get failedCalls(): number {
    return this.#link.failed;
  }

  connect(): Promise<void> {
    return this.sdk.connect();
  }

  async openBox(): Promise<void> {
    this.#box = await this.sdk.openBox({ store: new InMemoryStore(), user: this.user });
  }

  loseIp(): void {
    this.#link.cut();
  }

  regainIp(): void {
    this.#link.mend();
  }

  /** What it is told when it answers. */
  async outcomeOf(answer: () => Promise<unknown>): Promise<string> {
    try {
      await answer();
      return 'ok';
    } catch (error) {
      if (!(error instanceof CpmProblem) || error.status >= 500 || error.status === 429) return 'unknown';
      return [String(error.status), error.kind, error.device].filter((part) => part !== undefined).join(' ');
    }
  }

  close(): void {
    this.sdk.close();
  }

  #received({ id, dispositionNotification }: MessageData): void {
    const { history, user, id: device, displays } = this.options;
    history.append({ is: 'received', id, at: Date.now(), user, device });
    if (!displays || !dispositionNotification.includes('display')) return;
    history.append({ is: 'displayed', id, at: Date.now(), user, device });
    void this.sdk.displayed(id).catch(() => undefined);
  }

  #overTheWire({ type, cursor = '', data }: WireFrame): void {
    const { history, id: device } = this.options;
    if (data.id === undefined) return;
    if (type === 'disposition') history.append({ is: 'report-frame', reportId: data.id, device, at: Date.now() });
    else if (type === 'message.received' || type === 'session.message') history.append({ is: 'message-frame', id: data.id, device, cursor });
  }
}
