import type { Socket } from 'node:net';
import { STATUS } from './command-status.js';
import { SmppNotBoundError, SmppOutcomeUnknownError, type LinkEndReason } from './errors.js';
import type { SmppEvent } from './events.js';
import { FrameLengthError, FrameSplitter } from './frame-splitter.js';
import { PendingRequests } from './pending-requests.js';
import { PduUnreadableError, type Pdu, type SmppCodec } from './pdu.js';
import type { SmppTimers } from './timers.js';

export interface SmppLinkOptions {
  readonly socket: Socket;
  readonly codec: SmppCodec;
  readonly timers: SmppTimers;
  readonly responseTimeoutMs: number;
  /** Silence of the peer after which it is asked whether it is there. */
  readonly enquireLinkMs: number;
  /** Called for every request of the peer but enquire_link, which the link answers. */
  readonly onRequest: (request: Pdu, link: SmppLink) => void;
  readonly observe: (event: SmppEvent) => void;
}

/** A peer that lets this much pile up does not read any more. */
const MAX_UNSENT_OCTETS = 1_048_576;

/** Ends after a farewell that the peer should still receive. */
const FLUSHED_FIRST: ReadonlySet<LinkEndReason> = new Set(['closed', 'peer-unbound', 'bind-refused']);
const FLUSH_MS = 1_000;

/** One TCP or TLS connection that speaks SMPP, the same for both sides: frames, sequence numbers, response timers, enquire_link. Lives once. */
export class SmppLink {
  /** Settles when the link is over; never rejects. */
  readonly ended: Promise<LinkEndReason>;
  #resolveEnded!: (reason: LinkEndReason) => void;
  #endReason: LinkEndReason | undefined;
  #socketErrorCode: string | undefined;
  #silenceTimer: unknown;
  readonly #frames = new FrameSplitter();
  readonly #pending: PendingRequests;

  constructor(private readonly options: SmppLinkOptions) {
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#pending = new PendingRequests(options.timers);
    const { socket } = options;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#socketErrorCode ??= error.code;
      this.end('socket-error');
    });
    socket.on('end', () => this.end('peer-closed'));
    socket.on('close', () => this.end('peer-closed'));
    this.#watchSilence();
  }

  get isOver(): boolean {
    return this.#endReason !== undefined;
  }

  /** Node's code of the socket error that ended the link, such as ECONNREFUSED or DEPTH_ZERO_SELF_SIGNED_CERT. */
  get socketErrorCode(): string | undefined {
    return this.#socketErrorCode;
  }

  /**
   * Sends a request and resolves with its response, whatever the status. Rejects with SmppNotBoundError when nothing was written,
   * with SmppOutcomeUnknownError when it was written and no answer came.
   */
  async request(command: string, fields: Pdu['fields'], timeoutMs = this.options.responseTimeoutMs): Promise<Pdu> {
    if (this.isOver) throw new SmppNotBoundError('unbound');
    const sequence = this.#pending.nextSequence();
    const octets = this.options.codec.encode({ command, status: STATUS.ok, sequence, fields });
    const response = this.#pending.add({ command, sequence, timeoutMs });
    this.#write(octets);
    return response;
  }

  reply(request: Pdu, status: number, fields: Pdu['fields'] = {}): void {
    this.#send({ command: `${request.command}_resp`, status, sequence: request.sequence, fields });
  }

  /** For requests that have no response, such as alert_notification. */
  notify(command: string, fields: Pdu['fields']): void {
    this.#send({ command, status: STATUS.ok, sequence: this.#pending.nextSequence(), fields });
  }

  /** Hands a request of the peer over, when it comes or later; a handler that throws answers "system error". */
  receiveRequest(pdu: Pdu): void {
    try {
      this.options.onRequest(pdu, this);
    } catch (error) {
      this.options.observe({ type: 'handler-failed', command: pdu.command, error });
      this.nack(pdu.sequence, STATUS.systemError);
    }
  }

  nack(sequence: number, status: number): void {
    this.#send({ command: 'generic_nack', status, sequence, fields: {} });
  }

  /** Settles when no request awaits its response any more. */
  drained(): Promise<void> {
    return this.#pending.drained();
  }

  /** Closes the connection now; what awaits a response is of unknown outcome. Only the first reason counts. */
  end(reason: LinkEndReason): void {
    if (this.isOver) return;
    this.#endReason = reason;
    this.options.timers.clear(this.#silenceTimer);
    this.#disconnect(FLUSHED_FIRST.has(reason) ? 'flush' : 'now');
    this.#pending.rejectAll(new SmppOutcomeUnknownError(reason));
    this.#resolveEnded(reason);
  }

  #disconnect(when: 'flush' | 'now'): void {
    const { socket, timers } = this.options;
    if (when === 'now') return void socket.destroy();
    const deadline = timers.set(() => socket.destroy(), FLUSH_MS);
    socket.once('close', () => timers.clear(deadline));
    socket.destroySoon();
  }

  #send(pdu: Pdu): void {
    if (!this.isOver) this.#write(this.options.codec.encode(pdu));
  }

  /** What is written in one turn of the event loop leaves in one piece: a system call for each PDU costs more than the PDU. */
  #write(octets: Buffer): void {
    const { socket } = this.options;
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(octets);
    if (socket.writableLength > MAX_UNSENT_OCTETS) this.end('output-overflow');
  }

  #read(chunk: Buffer): void {
    this.#watchSilence();
    try {
      for (const frame of this.#frames.push(chunk)) {
        if (this.isOver) return;
        this.#receive(frame);
      }
    } catch (error) {
      if (error instanceof FrameLengthError) return this.end(error.isTlsAlert ? 'peer-speaks-tls' : 'frame-length');
      this.options.observe({ type: 'handler-failed', command: 'unknown', error });
      this.end('internal-error');
    }
  }

  #receive(frame: Buffer): void {
    try {
      const pdu = this.options.codec.decode(frame);
      if (pdu.command === 'generic_nack' || pdu.command.endsWith('_resp')) this.#receiveResponse(pdu);
      else if (pdu.command === 'enquire_link') this.reply(pdu, STATUS.ok);
      else this.receiveRequest(pdu);
    } catch (error) {
      if (!(error instanceof PduUnreadableError)) throw error;
      this.#receiveUnreadable(error);
    }
  }

  /** A response is never answered, or two broken peers would nack each other for ever. */
  #receiveUnreadable(error: PduUnreadableError): void {
    this.options.observe({ type: 'pdu-unreadable', error });
    const { sequence } = error.header;
    if (error.isResponse) this.#pending.reject(sequence, new SmppOutcomeUnknownError('unreadable-response'));
    else this.nack(sequence, error.answerStatus);
  }

  #receiveResponse(pdu: Pdu): void {
    const awaited = this.#pending.commandOf(pdu.sequence);
    if (awaited === undefined) return this.#receiveUnawaited(pdu);
    const fits = pdu.command === 'generic_nack' ? pdu.status !== STATUS.ok : pdu.command === `${awaited}_resp`;
    if (!fits) return this.end('response-mismatch');
    this.#pending.resolve(pdu.sequence, pdu);
  }

  #receiveUnawaited(pdu: Pdu): void {
    const late = this.#pending.wasIssued(pdu.sequence);
    if (pdu.command === 'generic_nack' && !late) return this.end('nack-without-sequence');
    this.options.observe({ type: 'response-unawaited', command: pdu.command });
  }

  #watchSilence(): void {
    const { timers, enquireLinkMs } = this.options;
    timers.clear(this.#silenceTimer);
    if (!this.isOver) this.#silenceTimer = timers.set(() => void this.#enquire(), enquireLinkMs);
  }

  async #enquire(): Promise<void> {
    try {
      await this.request('enquire_link', {});
    } catch {
      this.end('enquire-link-timeout');
    }
  }
}
