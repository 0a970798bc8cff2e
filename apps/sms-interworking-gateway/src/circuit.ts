import { SmppInvalidPduError, SmppOutcomeUnknownError, SmppStatusError } from '@cpm/smpp';
import CircuitBreaker from 'opossum';

/** Nothing was written: the circuit to the SMSC is open. */
export class SmscUnavailableError extends Error {
  override readonly name = 'SmscUnavailableError';
}

export type CircuitState = 'closed' | 'half-open' | 'open';
export type CircuitEvent = 'success' | 'failure' | 'reject' | 'open';

export interface CircuitOptions {
  readonly name: string;
  /** Submissions that may be unanswered at a time: of twice as many more than half must fail, or of as many (3 to 10) none be answered. */
  readonly window: number;
  /** How long it stays open before one submission is let through to see. */
  readonly resetMs?: number;
  readonly onState: () => void;
  readonly count: (event: CircuitEvent) => void;
}

/** The transceiver has its own response timer: a second one would abandon submissions that are still answered. */
const BREAKER = { timeout: false, errorThresholdPercentage: 50, rollingCountTimeout: 10_000, rollingCountBuckets: 10 } as const;
const RESET_MS = 5_000;
const LEAST_VOLUME = 20;
/** A window that waits for its timers fires too seldom for a rate of failures, so silence is counted by itself. */
const [FEWEST_SILENT, MOST_SILENT] = [3, 10];

type Call = () => Promise<unknown>;

/**
 * The circuit breaker of one SMSC. What was in flight when it opened has no say any more in whether it closes: opossum would take
 * a late answer of a dead SMSC for its recovery.
 */
export class Circuit {
  readonly #breaker: CircuitBreaker<[Call]>;
  readonly #inFlight = new Set<(error: Error) => void>();
  /** Submissions in a row that ran out of time, with no answer to any other between them. */
  #silent = 0;

  constructor(private readonly options: CircuitOptions) {
    const { name, window, resetMs = RESET_MS, onState, count } = options;
    this.#breaker = new CircuitBreaker((call: Call) => call(), {
      ...BREAKER, name, resetTimeout: resetMs, volumeThreshold: Math.max(LEAST_VOLUME, 2 * window), errorFilter: isNoFaultOfTheLink,
    });
    const mostSilent = Math.min(MOST_SILENT, Math.max(FEWEST_SILENT, window));
    this.#breaker.on('success', () => {
      this.#silent = 0;
      count('success');
    });
    this.#breaker.on('failure', (error) => {
      this.#silent = isSilence(error) ? this.#silent + 1 : 0;
      count('failure');
      if (this.#silent >= mostSilent) this.#breaker.open();
    });
    this.#breaker.on('reject', () => count('reject'));
    this.#breaker.on('open', () => {
      this.#silent = 0;
      this.#disown();
      count('open');
      onState();
    });
    this.#breaker.on('halfOpen', onState);
    this.#breaker.on('close', onState);
  }

  get state(): CircuitState {
    if (this.#breaker.halfOpen) return 'half-open';
    return this.#breaker.opened ? 'open' : 'closed';
  }

  /** Rejects with SmscUnavailableError when `call` was not made, otherwise settles as it does. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    let outcome: Promise<T> | undefined;
    const owned = () => {
      outcome = call();
      return this.#ownedUntilOpen(outcome);
    };
    try {
      await this.#breaker.fire(owned);
    } catch {
      if (!outcome) throw new SmscUnavailableError(`the circuit to ${this.options.name} is open`);
    }
    return outcome as Promise<T>;
  }

  open(): void {
    this.#breaker.open();
  }

  close(): void {
    this.#breaker.close();
  }

  shutdown(): void {
    this.#breaker.shutdown();
  }

  #ownedUntilOpen(outcome: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#inFlight.add(reject);
      void outcome.then(resolve, reject).finally(() => this.#inFlight.delete(reject));
    });
  }

  #disown(): void {
    for (const reject of this.#inFlight) reject(new SmscUnavailableError(`the circuit to ${this.options.name} opened meanwhile`));
    this.#inFlight.clear();
  }
}

/** The link is there and the SMSC said nothing; the loss of a bind speaks for itself. */
function isSilence(error: unknown): boolean {
  return error instanceof SmppOutcomeUnknownError && error.reason === 'response-timeout';
}

/** Refusals of one message say that the SMSC is well. */
function isNoFaultOfTheLink(error: unknown): boolean {
  if (error instanceof SmppStatusError) return error.statusClass.link === 'healthy';
  return error instanceof SmppInvalidPduError;
}
