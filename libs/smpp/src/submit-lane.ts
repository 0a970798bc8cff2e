import { CongestionWindow } from './congestion-window.js';
import { classOfStatus, STATUS, type CommandStatusClass } from './command-status.js';
import { SmppOutcomeUnknownError, SmppStatusError, type SmppNotBoundError } from './errors.js';
import type { SmppEvent } from './events.js';
import type { Pdu } from './pdu.js';
import { QueueFullShare } from './queue-full-share.js';
import { SubmitPace } from './submit-pace.js';
import { submitSmResult, type SubmitSmResult } from './submit-sm.js';
import { SubmitWindow, type Turn } from './submit-window.js';
import type { SmppTimers } from './timers.js';

/** Called around each submission when its turn has come: a circuit breaker that refuses it rejects without calling `write`. */
export type SubmitGuard = (write: () => Promise<SubmitSmResult>) => Promise<SubmitSmResult>;

export interface SubmitLaneOptions {
  readonly windowSize: number;
  readonly maxWaiting: number;
  readonly ratePerSec: number;
  readonly timers: SmppTimers;
  readonly statusClasses: Readonly<Record<number, CommandStatusClass>>;
  readonly guard: SubmitGuard;
  readonly observe: (event: SmppEvent) => void;
}

/** How long a bind rests whose SMSC says of too many recipients that their queue is full. */
const QUEUE_FULL_PAUSE_MS = 10_000;

/** To take a message back is worth no more: soon the handset has it. */
const CANCEL_ATTEMPTS = 5;
const CANCEL_WITHIN_MS = 30_000;
const MAX_CANCELLATIONS = 10_000;

/** Part of a text: `text` is one object for all parts of one. */
export interface Part {
  readonly text: object;
  readonly isWanted?: (() => boolean) | undefined;
}

/** The way of requests to one bind: its window, which shrinks and grows, its rate, and the pauses that the SMSC's answers ask for. */
export class SubmitLane {
  readonly #window: SubmitWindow;
  readonly #pace: SubmitPace;
  readonly #queueFull: QueueFullShare;
  readonly #congestion: CongestionWindow;
  /** Texts of which the SMSC has a part. */
  readonly #begun = new Set<object>();
  /** Texts of which it may have one: whoever goes on with such a text knows that it has. */
  readonly #doubtful = new WeakSet<object>();
  #drainWaiters: (() => void)[] = [];

  constructor(private readonly options: SubmitLaneOptions) {
    const { timers, windowSize, maxWaiting, ratePerSec } = options;
    this.#pace = new SubmitPace(ratePerSec, () => timers.now());
    this.#queueFull = new QueueFullShare(() => timers.now());
    this.#congestion = new CongestionWindow(windowSize);
    this.#window = new SubmitWindow({ size: () => this.#congestion.size, maxWaiting: { submission: maxWaiting, cancellation: MAX_CANCELLATIONS }, pace: this.#pace, timers });
  }

  /** Submissions that are written and not answered. */
  get used(): number {
    return this.#window.used;
  }

  get waiting(): number {
    return this.#window.waiting;
  }

  /** Resolves or rejects with what the response that `write` brings means. */
  submit(write: () => Promise<Pdu>, { text, isWanted = () => true }: Part): Promise<SubmitSmResult> {
    return this.#run(async () => {
      const result = await this.options.guard(() => this.#judge(write)).catch((error: unknown) => this.#doubt(text, error));
      this.#begun.add(text);
      return result;
    }, { rank: this.#begun.has(text) || this.#doubtful.has(text) ? 'continuation' : 'submission', isWanted });
  }

  /** No further part of the text comes. */
  end(text: object): void {
    this.#begun.delete(text);
    this.#wakeWhenDrained();
  }

  /** Resolves with the status of the response that `write` brings; one that says "too much" only after the attempts are used up. */
  async cancel(write: () => Promise<Pdu>): Promise<number> {
    const { timers } = this.options;
    const overdueAt = timers.now() + CANCEL_WITHIN_MS;
    for (let attempt = 1; ; attempt += 1) {
      const { status, isTooMuch } = await this.#run(() => this.#cancelOnce(write), { rank: 'cancellation', isWanted: () => timers.now() <= overdueAt });
      if (!isTooMuch || attempt === CANCEL_ATTEMPTS) return status;
    }
  }

  /** Only what was begun goes on. */
  close(): void {
    this.#window.close();
    this.#wakeWhenDrained();
  }

  /** Settles when everything is answered and no begun text awaits its next part. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#drainWaiters.push(resolve);
      this.#wakeWhenDrained();
    });
  }

  rejectWaiting(error: SmppNotBoundError): void {
    this.#window.rejectWaiting(error);
  }

  #doubt(text: object, error: unknown): never {
    if (error instanceof SmppOutcomeUnknownError) this.#doubtful.add(text);
    throw error;
  }

  async #run<T>(request: () => Promise<T>, turn: Turn): Promise<T> {
    try {
      return await this.#window.run(request, turn);
    } finally {
      this.#wakeWhenDrained();
    }
  }

  #wakeWhenDrained(): void {
    if (this.#window.used + this.#window.waiting + this.#begun.size === 0) this.#drainWaiters.splice(0).forEach((wake) => wake());
  }

  async #judge(write: () => Promise<Pdu>): Promise<SubmitSmResult> {
    const writtenAt = this.options.timers.now();
    const response = await write();
    const isTooFull = this.#queueFull.isTooMuch(response.status === STATUS.queueFull);
    if (response.status !== STATUS.ok) throw this.#refused(response.status, writtenAt, isTooFull);
    const result = submitSmResult(response);
    this.#congestion.accepted();
    this.#tell('congested', this.#pace.accepted(writtenAt, result.congestionState));
    return result;
  }

  async #cancelOnce(write: () => Promise<Pdu>): Promise<{ readonly status: number; readonly isTooMuch: boolean }> {
    const writtenAt = this.options.timers.now();
    const { status } = await write();
    const { kind, retryAfterMs } = classOfStatus(status, this.options.statusClasses);
    const isTooMuch = kind === 'throttled' || status === STATUS.queueFull;
    if (isTooMuch) this.#throttled(writtenAt, kind === 'throttled' ? retryAfterMs : undefined);
    return { status, isTooMuch };
  }

  #refused(status: number, writtenAt: number, isTooFull: boolean): SmppStatusError {
    const statusClass = classOfStatus(status, this.options.statusClasses);
    if (statusClass.kind === 'throttled') this.#throttled(writtenAt, statusClass.retryAfterMs);
    if (!isTooFull) return new SmppStatusError(status, statusClass);
    this.#pace.pauseFor(QUEUE_FULL_PAUSE_MS);
    this.#tell('queue-full', QUEUE_FULL_PAUSE_MS);
    return new SmppStatusError(status, { ...statusClass, link: 'fault' });
  }

  /** What was too much at once is one burst, whatever of it is refused. */
  #throttled(writtenAt: number, firstPauseMs: number | undefined): void {
    const pauseMs = this.#pace.throttled(writtenAt, firstPauseMs);
    if (pauseMs > 0) this.#congestion.throttled();
    this.#tell('throttled', pauseMs);
  }

  #tell(reason: 'throttled' | 'congested' | 'queue-full', delayMs: number): void {
    if (delayMs > 0) this.options.observe({ type: 'paused', reason, delayMs });
  }
}
