import { SmppOutcomeUnknownError } from './errors.js';
import type { Pdu } from './pdu.js';
import type { SmppTimers } from './timers.js';

interface PendingRequest {
  readonly command: string;
  readonly timer: unknown;
  readonly resolve: (response: Pdu) => void;
  readonly reject: (error: Error) => void;
}

const LAST_SEQUENCE = 0x7fff_ffff;

/** The requests of one link that await a response, each under its sequence number and its own timer. */
export class PendingRequests {
  readonly #requests = new Map<number, PendingRequest>();
  #drainWaiters: (() => void)[] = [];
  #lastSequence = 0;
  #highestIssued = 0;

  constructor(private readonly timers: SmppTimers) {}

  /** A number that no pending request has; wraps as SMPP 3.4 says. */
  nextSequence(): number {
    do this.#lastSequence = this.#lastSequence === LAST_SEQUENCE ? 1 : this.#lastSequence + 1;
    while (this.#requests.has(this.#lastSequence));
    this.#highestIssued = Math.max(this.#highestIssued, this.#lastSequence);
    return this.#lastSequence;
  }

  wasIssued(sequence: number): boolean {
    return sequence >= 1 && sequence <= this.#highestIssued;
  }

  add({ command, sequence, timeoutMs }: { command: string; sequence: number; timeoutMs: number }): Promise<Pdu> {
    return new Promise((resolve, reject) => {
      const timer = this.timers.set(() => this.reject(sequence, new SmppOutcomeUnknownError('response-timeout')), timeoutMs);
      this.#requests.set(sequence, { command, timer, resolve, reject });
    });
  }

  commandOf(sequence: number): string | undefined {
    return this.#requests.get(sequence)?.command;
  }

  resolve(sequence: number, response: Pdu): void {
    this.#take(sequence)?.resolve(response);
  }

  reject(sequence: number, error: Error): void {
    this.#take(sequence)?.reject(error);
  }

  rejectAll(error: Error): void {
    for (const sequence of [...this.#requests.keys()]) this.reject(sequence, error);
  }

  drained(): Promise<void> {
    if (this.#requests.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  #take(sequence: number): PendingRequest | undefined {
    const request = this.#requests.get(sequence);
    if (!request) return undefined;
    this.timers.clear(request.timer);
    this.#requests.delete(sequence);
    if (this.#requests.size === 0) this.#drainWaiters.splice(0).forEach((wake) => wake());
    return request;
  }
}
