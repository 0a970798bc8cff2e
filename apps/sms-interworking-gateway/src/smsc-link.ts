import {
  SmppInvalidPduError, SmppNotBoundError, SmppStatusError, SmppTransceiver,
  type AlertHandler, type DeliverHandler, type SmppEvent, type SmppState, type SubmitSm, type SubmitSmResult,
} from '@cpm/smpp';
import CircuitBreaker from 'opossum';
import type { GatewayConfig } from './gateway-config.js';

/** Nothing was written: the circuit to the SMSC is open. */
class SmscUnavailableError extends Error {
  override readonly name = 'SmscUnavailableError';
}

/** The way to one SMSC. */
export interface SmscLink {
  readonly smscId: string;
  /** Rejects with SmscUnavailableError or what SmppTransceiver.submit rejects with. */
  submit(submission: SubmitSm): Promise<SubmitSmResult>;
}

export interface SmscLinkEvents {
  readonly onDeliver: DeliverHandler;
  readonly onAlert: AlertHandler;
  readonly onState: (state: SmppState) => void;
  readonly onCircuit: (state: 'open' | 'half-open' | 'closed') => void;
  readonly observe: (event: SmppEvent) => void;
}

/** The transceiver has its own response timer: a second one would abandon submissions that are still answered. */
const BREAKER = { timeout: false, errorThresholdPercentage: 50, rollingCountTimeout: 10_000, rollingCountBuckets: 10, resetTimeout: 5_000 } as const;

/** Submissions that may wait per place in the window: more would be given up before their turn comes, and are better tried later. */
const WAITING_PER_PLACE = 20;

/** One transceiver bind behind a circuit breaker that opens with the loss of the link. */
export class SmppSmscLink implements SmscLink {
  readonly smscId: string;
  readonly #transceiver: SmppTransceiver;
  readonly #breaker: CircuitBreaker<[SubmitSm], SubmitSmResult>;

  constructor(url: string, config: GatewayConfig, events: SmscLinkEvents) {
    this.smscId = config.SMPP_SMSC_ID;
    this.#transceiver = new SmppTransceiver({ url, windowSize: config.SMPP_WINDOW, maxWaiting: config.SMPP_WINDOW * WAITING_PER_PLACE, systemType: config.SMPP_SYSTEM_TYPE, observe: events.observe });
    this.#breaker = new CircuitBreaker((submission: SubmitSm) => this.#transceiver.submit(submission), {
      ...BREAKER, name: this.smscId, volumeThreshold: Math.max(20, 2 * config.SMPP_WINDOW), errorFilter: isNoFaultOfTheLink,
    });
    this.#breaker.on('open', () => events.onCircuit('open'));
    this.#breaker.on('halfOpen', () => events.onCircuit('half-open'));
    this.#breaker.on('close', () => events.onCircuit('closed'));
    this.#transceiver.onDeliver(events.onDeliver);
    this.#transceiver.onAlert(events.onAlert);
    this.#transceiver.onState((state) => {
      if (state === 'bound') this.#breaker.close();
      else this.#breaker.open();
      events.onState(state);
    });
  }

  start(): void {
    this.#transceiver.start();
  }

  get windowUsed(): number {
    return this.#transceiver.windowUsed;
  }

  async submit(submission: SubmitSm): Promise<SubmitSmResult> {
    try {
      return await this.#breaker.fire(submission);
    } catch (error) {
      if (NOT_FIRED.has((error as { code?: string }).code ?? '')) throw new SmscUnavailableError('the circuit to the SMSC is open');
      throw error;
    }
  }

  /** Waits for answers that are due, then unbinds. */
  async close(): Promise<void> {
    await this.#transceiver.close();
    this.#breaker.shutdown();
  }
}

/** Refusals of one message say that the SMSC is well; what was not written says nothing of it. */
function isNoFaultOfTheLink(error: unknown): boolean {
  if (error instanceof SmppStatusError) return error.statusClass.link === 'healthy';
  return error instanceof SmppInvalidPduError || error instanceof SmppNotBoundError;
}

const NOT_FIRED: ReadonlySet<string> = new Set(['EOPENBREAKER', 'ESHUTDOWN']);

/** Stands in where no SMSC is configured. */
export const noSmsc: SmscLink = {
  smscId: 'none',
  submit: () => Promise.reject(new SmscUnavailableError('no SMSC is configured (SMPP_URL)')),
};
