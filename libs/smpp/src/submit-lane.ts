import { CongestionWindow } from './congestion-window.js';
import { classOfStatus, STATUS, type CommandStatusClass } from './command-status.js';
import { SmppStatusError, type SmppNotBoundError } from './errors.js';
import type { SmppEvent } from './events.js';
import type { Pdu } from './pdu.js';
import { QueueFullShare } from './queue-full-share.js';
import { SubmitPace } from './submit-pace.js';
import { submitSmResult, type SubmitSmResult } from './submit-sm.js';
import { SubmitWindow } from './submit-window.js';
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

/** The way of submissions to one bind: its window, which shrinks and grows, its rate, and the pauses that the SMSC's answers ask for. */
export class SubmitLane {
  readonly #window: SubmitWindow;
  readonly #pace: SubmitPace;
  readonly #queueFull: QueueFullShare;
  readonly #congestion: CongestionWindow;

  constructor(private readonly options: SubmitLaneOptions) {
    const { timers, windowSize, maxWaiting, ratePerSec } = options;
    this.#pace = new SubmitPace(ratePerSec, () => timers.now());
    this.#queueFull = new QueueFullShare(() => timers.now());
    this.#congestion = new CongestionWindow(windowSize);
    this.#window = new SubmitWindow({ size: () => this.#congestion.size, maxWaiting, pace: this.#pace, timers });
  }

  /** Submissions that are written and not answered. */
  get used(): number {
    return this.#window.used;
  }

  get waiting(): number {
    return this.#window.waiting;
  }

  /** Resolves or rejects with what the response that `write` brings means. */
  submit(write: () => Promise<Pdu>, isWanted?: () => boolean): Promise<SubmitSmResult> {
    return this.#window.run(() => this.options.guard(() => this.#judge(write)), isWanted);
  }

  rejectWaiting(error: SmppNotBoundError): void {
    this.#window.rejectWaiting(error);
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

  #refused(status: number, writtenAt: number, isTooFull: boolean): SmppStatusError {
    const statusClass = classOfStatus(status, this.options.statusClasses);
    if (statusClass.kind === 'throttled') this.#throttled(writtenAt);
    if (!isTooFull) return new SmppStatusError(status, statusClass);
    this.#pace.pauseFor(QUEUE_FULL_PAUSE_MS);
    this.#tell('queue-full', QUEUE_FULL_PAUSE_MS);
    return new SmppStatusError(status, { ...statusClass, link: 'fault' });
  }

  /** What was too much at once is one burst, whatever of it is refused. */
  #throttled(writtenAt: number): void {
    const pauseMs = this.#pace.throttled(writtenAt);
    if (pauseMs > 0) this.#congestion.throttled();
    this.#tell('throttled', pauseMs);
  }

  #tell(reason: 'throttled' | 'congested' | 'queue-full', delayMs: number): void {
    if (delayMs > 0) this.options.observe({ type: 'paused', reason, delayMs });
  }
}
