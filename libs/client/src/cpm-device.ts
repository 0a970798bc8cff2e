import { Box, type BoxOptions } from './box/box.js';
import { Backoff } from './calls/backoff.js';
import type { Accepted, CpmDeviceOptions, DeviceDescription, OutgoingMessage, UploadedFile } from './cpm-device-options.js';
import { DeviceStream, type StreamEndedError, type StreamState } from './stream/device-stream.js';
import { FileTransferCalls } from './calls/file-transfer-calls.js';
import type { Frame, FrameType } from './stream/frames.js';
import { HttpCalls, type Call } from './calls/http-calls.js';
import type { CpmProblem } from './calls/problem.js';
import { Listeners } from './listeners.js';
import type { IncomingSms, SmsKind } from './ucn/incoming-sms.js';
import { Recent } from './stream/recent.js';
import { uploadResumably, type FileDescription } from './calls/resumable-upload.js';
import { SessionCalls } from './calls/session-calls.js';
import { SaidDispositions, type SaidDisposition } from './stream/said-dispositions.js';

interface Events {
  readonly frame: Frame;
  readonly state: StreamState;
  /** The server did not understand, or could not keep, something said on the stream. */
  readonly problem: CpmProblem;
}
type DeviceEvents = Events & { readonly [Type in FrameType]: Frame<Type> };

const MESSAGES: ReadonlySet<string> = new Set(['message.received', 'message.available', 'message.sent', 'session.message']);
/** What comes with a change of the box. */
const SAYS_CHANGED: ReadonlySet<string> = new Set([...MESSAGES, 'store.changed', 'sync.hint', 'disposition', 'message.revoked', 'file-transfer.invited', 'session.established', 'session.closed']);
const DELIVERED_BY_RECEIPT: ReadonlySet<string> = new Set(['message.received', 'session.message']);
const CONFIRM_AFTER = 500;

/** One device of a CPM user, in a browser or in Node: sends, receives each message once, reports, comes back by itself. */
export class CpmDevice {
  readonly sessions: SessionCalls;
  readonly transfers: FileTransferCalls;
  private readonly calls: HttpCalls;
  private readonly stream: DeviceStream;
  private readonly listeners = new Listeners<DeviceEvents>();
  private readonly seen: Recent;
  private readonly said = new SaidDispositions();
  private lastCursor: string | undefined;
  private ackTimer: ReturnType<typeof setTimeout> | undefined;
  private current: StreamState = 'waiting';
  private ended: StreamEndedError | undefined;
  private opened: Promise<Box> | undefined;

  constructor(private readonly options: CpmDeviceOptions) {
    const { url, token, fetch = globalThis.fetch.bind(globalThis), retryForMs = 30_000 } = options;
    const base = url.replace(/\/$/, '');
    this.calls = new HttpCalls({ url: base, token, fetch, retryForMs });
    this.sessions = new SessionCalls(this.calls);
    this.transfers = new FileTransferCalls(this.calls);
    this.seen = new Recent(options.remembered ?? 2_000);
    this.stream = new DeviceStream({
      url: `${base.replace(/^http/, 'ws')}/cpm/v1/stream`,
      token: () => this.calls.token(),
      canRenewToken: typeof token === 'function',
      WebSocket: options.WebSocket ?? globalThis.WebSocket,
      pingEveryMs: options.pingEveryMs ?? 10_000,
      backoff: new Backoff(250, 15_000),
      since: () => this.lastCursor,
      opened: () => this.repeatDispositions(),
      frame: (frame) => this.receive(frame),
      pong: (ping) => this.said.confirmed(ping),
      problem: (problem, about) => this.refused(problem, about),
      state: (state, ended) => this.enter(state, ended),
    });
  }

  /** Cursor of the last frame received: keep it to go on from there after a restart. */
  get cursor(): string | undefined {
    return this.lastCursor;
  }

  get state(): StreamState {
    return this.current;
  }

  /** Registers the device with its user, or refreshes what is known of it. */
  register(description: DeviceDescription): Promise<unknown> {
    return this.calls.json({ method: 'PUT', path: `/cpm/v1/devices/${encodeURIComponent(this.options.deviceId)}`, body: description });
  }

  /**
   * Opens the stream and keeps it open until `close`. Without `since` it starts after the last frame this device has ever
   * confirmed. Resolves when the stream is open for the first time; rejects with StreamEndedError when it is not let in.
   */
  connect({ since }: { readonly since?: string } = {}): Promise<void> {
    if (this.current === 'open') return Promise.resolve();
    if (this.ended) return Promise.reject(this.ended);
    this.lastCursor = since ?? this.lastCursor;
    return new Promise((resolve, reject) => {
      const off = this.on('state', (state) => {
        if (state !== 'open' && state !== 'ended') return;
        off();
        if (state === 'open') resolve();
        else reject(this.ended as StreamEndedError);
      });
      void this.stream.connect();
    });
  }

  /** Sends a message; repeated under the same id until the server has it. Throws CpmProblem. */
  send({ id = crypto.randomUUID(), contentType = 'text/plain', ...message }: OutgoingMessage): Promise<Accepted> {
    return this.calls.json({ method: 'POST', path: '/cpm/v1/messages', body: { id, contentType, ...message } });
  }

  revoke(messageId: string): Promise<void> {
    return this.calls.json({ method: 'POST', path: `/cpm/v1/messages/${encodeURIComponent(messageId)}/revoke` });
  }

  /** Says that a message was delivered or displayed here. On the stream when it is open, by a call otherwise. */
  async report(disposition: SaidDisposition): Promise<void> {
    if (this.say(disposition)) return;
    const { id, status } = disposition;
    await this.calls.json({ method: 'POST', path: `/cpm/v1/messages/${encodeURIComponent(id)}/dispositions`, body: { status } });
  }

  displayed(messageId: string): Promise<void> {
    return this.report({ id: messageId, status: 'displayed' });
  }

  /** Stores a file for messages; goes on where the connection broke. Throws CpmProblem. */
  upload(content: Uint8Array<ArrayBuffer> | Blob, description: FileDescription): Promise<UploadedFile> {
    return uploadResumably(this.calls, content, description);
  }

  /** The response, to be read as a whole or as a stream. `fileUrl` as frames carry it, or a file's id; `range` in bytes, both ends included. */
  download(fileUrl: string, range?: { readonly first: number; readonly last?: number }): Promise<Response> {
    const path = fileUrl.startsWith('/') ? fileUrl : `/cpm/v1/files/${encodeURIComponent(fileUrl)}`;
    return this.calls.answer({ method: 'GET', path, ...(range && { headers: { range: `bytes=${range.first}-${range.last ?? ''}` } }) });
  }

  /** Any other call of the interface, as this device. */
  call<Answer>(call: Call): Promise<Answer> {
    return this.calls.json<Answer>(call);
  }

  /** Hears frames of a type, every `frame`, changes of `state`, or `problem`s; the result stops it. */
  on<Name extends keyof DeviceEvents>(name: Name, listener: (event: DeviceEvents[Name]) => void): () => void {
    return this.listeners.on(name, listener);
  }

  /** The next frame of a type that fits. Rejects when none comes in time, or the stream ends. */
  next<Type extends FrameType>(type: Type, fits: (frame: Frame<Type>) => boolean = () => true, withinMs = 10_000): Promise<Frame<Type>> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        offFrame();
        offState();
        act();
      };
      const timer = setTimeout(() => settle(() => reject(new Error(`no ${type} within ${withinMs} ms`))), withinMs);
      const offFrame = this.on(type, (frame: Frame) => {
        if (fits(frame as Frame<Type>)) settle(() => resolve(frame as Frame<Type>));
      });
      const offState = this.on('state', (state) => {
        if (state === 'ended') settle(() => reject(this.ended as StreamEndedError));
      });
    });
  }

  /** The user's messages and folders as kept on this device: kept in step with the message store while the stream is open. One at a time: the same until it is closed. */
  openBox(options: BoxOptions): Promise<Box> {
    this.opened ??= this.boxOf(options).catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  /** On the Primary, to be told of every SMS of the phone's inbox, once a box is open. */
  async smsReceived(sms: IncomingSms): Promise<SmsKind> {
    if (this.opened === undefined) throw new Error('a box is to be opened first');
    return (await this.opened).smsReceived(sms);
  }

  /** Confirms what was received and closes the stream, and the box, for good. */
  close(): void {
    this.acknowledge();
    this.stream.end();
    void this.opened?.then((box) => box.close(), () => undefined);
  }

  private async boxOf(options: BoxOptions): Promise<Box> {
    const { url, deviceId } = this.options;
    const stops: (() => void)[] = [];
    const closed = () => {
      this.opened = undefined;
      for (const stop of stops) stop();
    };
    const box = await Box.open(options, { calls: this.calls, origin: new URL(url).origin, deviceId, closed });
    stops.push(
      box.on('problem', (problem) => this.listeners.emit('problem', problem)),
      this.on('frame', ({ type }) => SAYS_CHANGED.has(type) && box.wake()),
      this.on('state', (state) => (state === 'open' ? box.online() : box.offline())),
    );
    if (this.current === 'open') box.online();
    return box;
  }

  private receive(frame: Frame): void {
    this.lastCursor = frame.cursor;
    const { id } = frame.data as { id?: string };
    if (id !== undefined && this.options.autoDeliver !== false && DELIVERED_BY_RECEIPT.has(frame.type)) this.say({ id, status: 'delivered' });
    this.acknowledgeSoon();
    const key = id !== undefined && MESSAGES.has(frame.type) ? `${frame.type}|${id}` : frame.cursor;
    if (!this.seen.add(key)) return;
    this.listeners.emit('frame', frame);
    this.listeners.emit(frame.type, frame);
  }

  private say(disposition: SaidDisposition): boolean {
    if (!this.stream.say({ disposition })) return false;
    this.said.add(disposition, this.stream.pingsSent);
    if (this.said.size % CONFIRM_AFTER === 0) this.stream.ping();
    return true;
  }

  private repeatDispositions(): void {
    for (const disposition of this.said.all()) this.say(disposition);
  }

  private refused(problem: CpmProblem, about: Readonly<Record<string, unknown>>): void {
    const disposition = about['disposition'] as SaidDisposition | undefined;
    if (disposition && problem.status === 503) {
      this.said.keep(disposition);
      setTimeout(() => this.say(disposition), 1_000);
    } else if (disposition) this.said.refused(disposition);
    this.listeners.emit('problem', problem);
  }

  private acknowledgeSoon(): void {
    const { ackDelayMs = 100 } = this.options;
    if (ackDelayMs === 0) this.acknowledge();
    else this.ackTimer ??= setTimeout(() => this.acknowledge(), ackDelayMs);
  }

  private acknowledge(): void {
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    if (this.lastCursor !== undefined) this.stream.say({ ack: this.lastCursor });
  }

  private enter(state: StreamState, ended: StreamEndedError | undefined): void {
    this.current = state;
    this.ended = ended;
    this.listeners.emit('state', state);
  }
}
