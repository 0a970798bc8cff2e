import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { ReceivedCancel } from './cancel-sm.js';
import type { SmppEvent } from './events.js';
import { STATUS } from './command-status.js';
import { npmSmppCodec } from './npm-smpp-codec.js';
import type { SmppCodec } from './pdu.js';
import type { ReceivedSubmit } from './received-submit.js';
import { SmppServerSession } from './smpp-server-session.js';
import { systemTimers, type SmppTimers } from './timers.js';

export type { ReceivedCancel } from './cancel-sm.js';
export type { ReceivedSubmit } from './received-submit.js';
export { SmppServerSession, type DeliverSm } from './smpp-server-session.js';

export type BindType = 'transceiver' | 'transmitter' | 'receiver';

export interface BindRequest {
  readonly bindType: BindType;
  readonly systemId: string;
  readonly password: string;
}

/** How a server meets a submission; `silent` leaves it without response, `disconnect` closes the connection instead. */
export type SubmitAnswer =
  | { readonly kind: 'accept'; readonly messageId: string; readonly congestionState?: number }
  | { readonly kind: 'refuse'; readonly status: number }
  | { readonly kind: 'silent' }
  | { readonly kind: 'disconnect' };

export interface SmppServerOptions {
  /** 127.0.0.1 by default: this server is meant for development and tests. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: TlsOptions;
  /** Status of the bind response; 0 accepts. */
  readonly authenticate: (bind: BindRequest) => number;
  readonly onSubmit: (submit: ReceivedSubmit, session: SmppServerSession) => Promise<SubmitAnswer> | SubmitAnswer;
  /** Status of the cancel_sm response; without it every cancellation is refused. */
  readonly onCancel?: (cancel: ReceivedCancel) => number;
  /** Called when a session has bound. */
  readonly onBound?: (session: SmppServerSession) => void;
  readonly responseTimeoutMs?: number;
  readonly enquireLinkMs?: number;
  /** Time a connection has to bind. */
  readonly bindTimeoutMs?: number;
  readonly codec?: SmppCodec;
  readonly timers?: SmppTimers;
  readonly observe?: (event: SmppEvent) => void;
}

/** The SMSC side of SMPP: accepts binds and submissions, and can deliver on any bound session. */
export class SmppServer {
  readonly #server: Server;
  readonly #sessions = new Set<SmppServerSession>();

  constructor(private readonly options: SmppServerOptions) {
    const accept = (socket: Socket) => this.#accept(socket);
    this.#server = options.tls ? createTlsServer(options.tls, accept) : createServer(accept);
  }

  /** Listens, and resolves with the port. */
  listen(): Promise<{ port: number }> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.options.port, this.options.host ?? '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve({ port: (this.#server.address() as AddressInfo).port });
      });
    });
  }

  /** The sessions that are bound now, oldest first. */
  sessions(): SmppServerSession[] {
    return [...this.#sessions].filter((session) => session.bindType !== undefined);
  }

  /** Drops every connection and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#sessions) session.disconnect();
    await closed;
  }

  #accept(socket: Socket): void {
    const { options } = this;
    const session = new SmppServerSession({
      socket,
      codec: options.codec ?? npmSmppCodec,
      timers: options.timers ?? systemTimers,
      responseTimeoutMs: options.responseTimeoutMs ?? 10_000,
      enquireLinkMs: options.enquireLinkMs ?? 30_000,
      bindTimeoutMs: options.bindTimeoutMs ?? 10_000,
      authenticate: options.authenticate,
      onSubmit: options.onSubmit,
      onCancel: options.onCancel ?? (() => STATUS.cancelFailed),
      onBound: options.onBound ?? (() => undefined),
      observe: options.observe ?? (() => undefined),
    });
    this.#sessions.add(session);
    void session.ended.then(() => this.#sessions.delete(session));
  }
}
