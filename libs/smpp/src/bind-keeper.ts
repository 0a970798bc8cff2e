import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { CREDENTIAL_STATUSES, STATUS } from './command-status.js';
import type { SmppEvent } from './events.js';
import type { Pdu, SmppCodec } from './pdu.js';
import { SmppLink } from './smpp-link.js';
import type { SmppTarget } from './smpp-url.js';
import type { SmppTimers } from './timers.js';

export interface ReconnectOptions {
  /** Wait after the first loss; doubles with each failure up to `maxMs`. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Share of the wait by which it varies either way, 0 to 1. */
  readonly jitter: number;
  /** Wait after the SMSC refused system id or password. */
  readonly credentialsMs: number;
  /** A bind that held this long forgets earlier failures. */
  readonly stableMs: number;
}

export interface BindKeeperOptions {
  readonly target: SmppTarget;
  readonly tls: ConnectionOptions;
  readonly systemType: string;
  readonly codec: SmppCodec;
  readonly timers: SmppTimers;
  /** 0 to 1, as Math.random. */
  readonly random: () => number;
  readonly connect: (target: SmppTarget, tls: ConnectionOptions) => Socket;
  readonly responseTimeoutMs: number;
  readonly enquireLinkMs: number;
  readonly bindTimeoutMs: number;
  readonly reconnect: ReconnectOptions;
  readonly onRequest: (request: Pdu, link: SmppLink) => void;
  readonly onBound: () => void;
  readonly onUnbound: () => void;
  readonly observe: (event: SmppEvent) => void;
}

/** How long responses may still come in after the peer's unbind. */
const UNBIND_GRACE_MS = 500;
/** Requests of the peer that may wait for the outcome of the bind. */
const MAX_EARLY_REQUESTS = 100;

export function connectSocket({ host, port, transport }: SmppTarget, tls: ConnectionOptions): Socket {
  return transport === 'tls' ? connectTls({ ...tls, host, port }) : connectTcp({ host, port });
}

/** Keeps one transceiver bind alive: connects, binds, and does it again after every loss, ever more slowly. */
export class BindKeeper {
  #boundLink: SmppLink | undefined;
  #openLink: SmppLink | undefined;
  #bindingLink: SmppLink | undefined;
  /** Came with the response to the bind, or before it: an SMSC may send all that waits at once. */
  readonly #early: Pdu[] = [];
  #failures = 0;
  #retryTimer: unknown;
  #stopped = false;

  constructor(private readonly options: BindKeeperOptions) {}

  /** The link to submit on, while there is one. */
  get link(): SmppLink | undefined {
    return this.#boundLink;
  }

  start(): void {
    void this.#attempt();
  }

  /** Ends the link in the way SMPP asks for, and makes no new one. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.options.timers.clear(this.#retryTimer);
    const link = this.#boundLink;
    this.#leaveBound();
    await link?.request('unbind', {}).catch(() => undefined);
    this.#openLink?.end('closed');
    await this.#openLink?.ended;
  }

  async #attempt(): Promise<void> {
    const { timers, bindTimeoutMs, reconnect, observe } = this.options;
    const { link, ready } = this.#connect();
    const bindTimer = timers.set(() => link.end('bind-timeout'), bindTimeoutMs);
    const status = await this.#bind(link, ready);
    timers.clear(bindTimer);
    this.#bindingLink = undefined;
    const early = this.#early.splice(0);
    if (status === STATUS.ok) await this.#holdBound(link, early);
    else if (status !== undefined) {
      early.forEach((request) => refuse(request, link));
      observe({ type: 'bind-refused', status });
      link.end('bind-refused');
    }
    observe({ type: 'link-ended', reason: await link.ended, ...(link.socketErrorCode ? { code: link.socketErrorCode } : {}) });
    this.#retryAfter(status !== undefined && CREDENTIAL_STATUSES.has(status) ? reconnect.credentialsMs : this.#backoffMs());
  }

  #connect(): { link: SmppLink; ready: Promise<unknown> } {
    const { target, tls, connect, codec, timers, responseTimeoutMs, enquireLinkMs, observe } = this.options;
    const socket = connect(target, tls);
    const ready = new Promise((resolve) => socket.once(target.transport === 'tls' ? 'secureConnect' : 'connect', resolve));
    const onRequest = (request: Pdu, on: SmppLink) => this.#receive(request, on);
    const link = new SmppLink({ socket, codec, timers, responseTimeoutMs, enquireLinkMs, onRequest, observe });
    this.#openLink = link;
    return { link, ready };
  }

  /** Status of the bind response; undefined when the link ended first. */
  async #bind(link: SmppLink, ready: Promise<unknown>): Promise<number | undefined> {
    await Promise.race([ready, link.ended]);
    if (link.isOver) return undefined;
    const { target, systemType, bindTimeoutMs } = this.options;
    const fields = { system_id: target.systemId, password: target.password, system_type: systemType, interface_version: 0x34 };
    this.#bindingLink = link;
    const response = await link.request('bind_transceiver', fields, bindTimeoutMs).catch(() => undefined);
    if (!response) link.end('bind-timeout');
    return response?.status;
  }

  async #holdBound(link: SmppLink, early: readonly Pdu[]): Promise<void> {
    const { timers, reconnect, onBound, observe } = this.options;
    if (this.#stopped) link.end('closed');
    if (link.isOver) return;
    this.#boundLink = link;
    const stableTimer = timers.set(() => (this.#failures = 0), reconnect.stableMs);
    observe({ type: 'bound' });
    onBound();
    early.forEach((request) => link.receiveRequest(request));
    await link.ended;
    timers.clear(stableTimer);
    this.#leaveBound();
  }

  #receive(request: Pdu, link: SmppLink): void {
    if (request.command === 'unbind') return this.#receiveUnbind(request, link);
    if (link === this.#boundLink) return this.options.onRequest(request, link);
    if (link === this.#bindingLink && this.#early.length < MAX_EARLY_REQUESTS) this.#early.push(request);
    else refuse(request, link);
  }

  #receiveUnbind(request: Pdu, link: SmppLink): void {
    const { timers } = this.options;
    this.#leaveBound();
    link.reply(request, STATUS.ok);
    const grace = timers.set(() => link.end('peer-unbound'), UNBIND_GRACE_MS);
    void link.drained().then(() => {
      timers.clear(grace);
      link.end('peer-unbound');
    });
  }

  #leaveBound(): void {
    if (!this.#boundLink) return;
    this.#boundLink = undefined;
    this.options.onUnbound();
  }

  #backoffMs(): number {
    const { minMs, maxMs, jitter } = this.options.reconnect;
    const waitMs = Math.min(maxMs, minMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    return Math.round(waitMs * (1 + jitter * (2 * this.options.random() - 1)));
  }

  #retryAfter(delayMs: number): void {
    if (this.#stopped) return;
    this.options.observe({ type: 'reconnect-scheduled', delayMs });
    this.#retryTimer = this.options.timers.set(() => void this.#attempt(), delayMs);
  }
}

function refuse(request: Pdu, link: SmppLink): void {
  if (request.command !== 'alert_notification' && request.command !== 'outbind') link.reply(request, STATUS.incorrectBindStatus);
}
