import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { z } from 'zod';
import { parseAlert, type AlertNotification } from './alert-notification.js';
import { BindKeeper, connectSocket } from './bind-keeper.js';
import { cancelSmFields, type CancelSm } from './cancel-sm.js';
import { STATUS, type CommandStatusClass } from './command-status.js';
import { parseDeliver, type Deliver } from './deliver-sm.js';
import { SmppNotBoundError } from './errors.js';
import type { SmppEvent } from './events.js';
import { npmSmppCodec } from './npm-smpp-codec.js';
import type { Pdu, SmppCodec } from './pdu.js';
import type { SmppLink } from './smpp-link.js';
import { parseSmppUrl, type SmppTarget } from './smpp-url.js';
import { SubmitLane, type Part, type SubmitGuard } from './submit-lane.js';
import { submitSmFields, type SubmitSm, type SubmitSmResult } from './submit-sm.js';
import { systemTimers, type SmppTimers } from './timers.js';
import { transceiverSettings } from './transceiver-settings.js';

export type SmppTransceiverOptions = z.input<typeof transceiverSettings> & {
  readonly tls?: ConnectionOptions;
  /** Classes of command_status where this SMSC differs from the usual. */
  readonly statusClasses?: Readonly<Record<number, CommandStatusClass>>;
  /** Stands between the window and the wire. */
  readonly guard?: SubmitGuard;
  readonly codec?: SmppCodec;
  readonly timers?: SmppTimers;
  readonly random?: () => number;
  readonly connect?: (target: SmppTarget, tls: ConnectionOptions) => Socket;
  readonly observe?: (event: SmppEvent) => void;
};

/** `draining`: bound, and only what was begun goes on. */
export type SmppState = 'unbound' | 'bound' | 'draining' | 'closed';

/** One text, submitted part by part: once the SMSC has one, the others go before all that waits, and `close` waits for them. */
export interface SmppText {
  /** As SmppTransceiver.submit. */
  submit(part: SubmitSm, isWanted?: () => boolean): Promise<SubmitSmResult>;
  /** No further part comes; to be called whatever happened. */
  end(): void;
}

export type DeliverHandler = (deliver: Deliver) => Promise<void>;
export type AlertHandler = (alert: AlertNotification) => Promise<void>;

/** An ESME: one transceiver bind to one SMSC that is kept alive until `close`. */
export class SmppTransceiver {
  readonly #settings: z.output<typeof transceiverSettings>;
  readonly #keeper: BindKeeper;
  readonly #lane: SubmitLane;
  readonly #stateListeners = new Set<(state: SmppState) => void>();
  readonly #deliveries = new Set<Promise<void>>();
  #state: SmppState = 'unbound';
  #closing: Promise<void> | undefined;
  #deliverHandler: DeliverHandler | undefined;
  #alertHandler: AlertHandler | undefined;

  /** Throws ZodError or TypeError for settings that cannot work. */
  constructor(private readonly options: SmppTransceiverOptions) {
    const settings = transceiverSettings.parse(options);
    this.#settings = settings;
    const { statusClasses = {}, guard = (write) => write() } = options;
    this.#lane = new SubmitLane({ ...settings, timers: this.#timers, statusClasses, guard, observe: (event) => this.#observe(event) });
    this.#keeper = new BindKeeper({
      ...settings,
      target: parseSmppUrl(settings.url),
      tls: options.tls ?? {},
      codec: options.codec ?? npmSmppCodec,
      timers: this.#timers,
      random: options.random ?? Math.random,
      connect: options.connect ?? connectSocket,
      onRequest: (request, link) => this.#receive(request, link),
      onBound: () => this.#enter('bound'),
      onUnbound: () => this.#leaveBound(),
      observe: (event) => this.#observe(event),
    });
  }

  get state(): SmppState {
    return this.#state;
  }

  /** Submissions that are written and not answered. */
  get windowUsed(): number {
    return this.#lane.used;
  }

  /** Submissions that wait for the window, the rate or the end of a pause. */
  get waiting(): number {
    return this.#lane.waiting;
  }

  /** Begins to connect and bind; register the handlers before. */
  start(): void {
    this.#keeper.start();
  }

  /** Calls the listener on every change of state; returns the call that ends it. */
  onState(listener: (state: SmppState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** The SMSC gets status 0 when the handler has resolved, "system error" when it rejected, and then sends again. */
  onDeliver(handler: DeliverHandler): void {
    this.#deliverHandler = handler;
  }

  onAlert(handler: AlertHandler): void {
    this.#alertHandler = handler;
  }

  begin(): SmppText {
    const text = {};
    return { submit: (part, isWanted) => this.#submit(part, { text, isWanted }), end: () => this.#lane.end(text) };
  }

  /**
   * Submits one short message and resolves with the SMSC's message id; `isWanted` is asked when its turn comes.
   * Rejects with SmppInvalidPduError or SmppNotBoundError (nothing written), SmppStatusError (refused), SmppOutcomeUnknownError.
   */
  async submit(submission: SubmitSm, isWanted?: () => boolean): Promise<SubmitSmResult> {
    const text = this.begin();
    try {
      return await text.submit(submission, isWanted);
    } finally {
      text.end();
    }
  }

  /** Asks the SMSC to drop a message that it has not delivered, after all texts; resolves with the status. Rejects as `submit` where nothing or no answer came. */
  async cancel(cancellation: CancelSm): Promise<number> {
    const fields = cancelSmFields(cancellation);
    this.#boundLink();
    return this.#lane.cancel(async () => this.#boundLink().request('cancel_sm', fields));
  }

  /** Takes no new text any more, waits for begun ones, answers and handlers up to `drainTimeoutMs`, unbinds and disconnects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #submit(submission: SubmitSm, part: Part): Promise<SubmitSmResult> {
    const fields = submitSmFields(submission);
    this.#boundLink();
    return this.#lane.submit(async () => {
      const link = this.#boundLink();
      const response = await link.request('submit_sm', fields);
      if (response.status === STATUS.incorrectBindStatus) link.end('not-bound-at-peer');
      return response;
    }, part);
  }

  async #close(): Promise<void> {
    this.#lane.close();
    if (this.#state === 'bound') {
      this.#enter('draining');
      await this.#within(this.#settings.drainTimeoutMs, Promise.all([this.#lane.drained(), ...this.#deliveries]));
    }
    this.#enter('closed');
    await this.#keeper.stop();
  }

  async #within(limitMs: number, work: Promise<unknown>): Promise<void> {
    let timer: unknown;
    const limit = new Promise<void>((resolve) => (timer = this.#timers.set(resolve, limitMs)));
    await Promise.race([work, limit]);
    this.#timers.clear(timer);
  }

  #receive(request: Pdu, link: SmppLink): void {
    if (request.command === 'alert_notification') return this.#receiveAlert(request);
    if (request.command === 'outbind') return;
    if (request.command !== 'deliver_sm' && request.command !== 'data_sm') return link.nack(request.sequence, STATUS.invalidCommandId);
    if (this.#deliveries.size >= this.#settings.maxDeliveries) return link.reply(request, STATUS.throttled);
    const delivery = this.#receiveDeliver(request, link).finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.add(delivery);
  }

  async #receiveDeliver(request: Pdu, link: SmppLink): Promise<void> {
    const deliver = parseDeliver(request);
    if (!deliver) {
      link.reply(request, STATUS.permanentApplicationError);
      return;
    }
    try {
      if (!this.#deliverHandler) throw new Error('no deliver handler');
      await this.#deliverHandler(deliver);
      link.reply(request, STATUS.ok);
    } catch (error) {
      this.#observe({ type: 'handler-failed', command: request.command, error });
      link.reply(request, STATUS.systemError);
    }
  }

  #receiveAlert(request: Pdu): void {
    const alert = parseAlert(request);
    if (!alert || !this.#alertHandler) return;
    this.#alertHandler(alert).catch((error: unknown) => this.#observe({ type: 'handler-failed', command: request.command, error }));
  }

  #leaveBound(): void {
    this.#enter('unbound');
    this.#lane.rejectWaiting(this.#notBound());
  }

  #enter(state: SmppState): void {
    const isLast = this.#state === 'closed' || (this.#state === 'draining' && state !== 'closed');
    if (this.#state === state || isLast) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }

  #boundLink(): SmppLink {
    const { link } = this.#keeper;
    if (!link) throw this.#notBound();
    return link;
  }

  #notBound(): SmppNotBoundError {
    return new SmppNotBoundError(this.#closing ? 'closing' : 'unbound');
  }

  #observe(event: SmppEvent): void {
    this.options.observe?.(event);
  }

  get #timers(): SmppTimers {
    return this.options.timers ?? systemTimers;
  }
}
