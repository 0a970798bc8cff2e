import {
  connectSocket, SmppStatusError, SmppTransceiver, withOverrides,
  type AlertHandler, type CancelSm, type CommandStatusClass, type Deliver, type SmppEvent, type SmppState, type SubmitSm, type SubmitSmResult,
} from '@cpm/smpp';
import { Circuit, SmscUnavailableError } from './circuit.js';
import type { SmscMetrics } from './smsc-metrics.js';
import type { SmscSettings } from './smsc-settings.js';

/** The parts of one text go this way, one after the other. */
export interface SmscBind {
  /** Rejects with SmscUnavailableError or what SmppTransceiver.submit rejects with. */
  submit(submission: SubmitSm, isWanted: () => boolean): Promise<SubmitSmResult>;
}

/** One SMSC, as far as it matters where a text goes. */
export interface Smsc {
  readonly settings: SmscSettings;
  /** Classes of command_status where it differs from the usual. */
  readonly statusClasses: Readonly<Record<number, CommandStatusClass>>;
  /** A bind is there and the circuit lets something through. */
  readonly isAvailable: boolean;
  /** Submissions that wait or are not answered. */
  readonly outstanding: number;
  /** The bind that has least to do; undefined when none is there. */
  leastBusyBind(): SmscBind | undefined;
  /** Status of the response. Rejects with SmscUnavailableError or what SmppTransceiver.cancel rejects with. */
  cancel(cancellation: CancelSm): Promise<number>;
}

export interface SmscEvents {
  readonly onDeliver: (smsc: SmscSettings, bind: number, deliver: Deliver) => Promise<void>;
  readonly onAlert: AlertHandler;
  readonly onBind: (smsc: SmscSettings, bind: number, state: SmppState) => void;
  readonly observe: (smsc: SmscSettings, bind: number, event: SmppEvent) => void;
}

/** Submissions that may wait per place in the window: more would be given up before their turn comes, and are better tried later. */
const WAITING_PER_PLACE = 20;
/** At the contracted rate, what waits is written within this time. */
const LONGEST_WAIT_SEC = 30;

/** The binds of one SMSC behind one circuit breaker, which opens with the loss of the last bind. */
export class SmppSmsc implements Smsc {
  readonly statusClasses: Readonly<Record<number, CommandStatusClass>>;
  readonly #binds: SmppTransceiver[];
  readonly #circuit: Circuit;
  #connections = 0;

  constructor(
    readonly settings: SmscSettings,
    private readonly events: SmscEvents,
    private readonly metrics: SmscMetrics,
  ) {
    const { id, binds, window, statusOverrides } = settings;
    this.statusClasses = withOverrides(statusOverrides);
    this.#circuit = new Circuit({ name: id, window: window * binds, onState: () => this.#tellCircuit(), count: (event) => metrics.circuitEvent(id, event) });
    this.#binds = Array.from({ length: binds }, (_, at) => this.#bind(at + 1));
    metrics.watch(id, { used: () => this.#sum(({ windowUsed }) => windowUsed), waiting: () => this.#sum(({ waiting }) => waiting) });
    this.#tellCircuit();
  }

  start(): void {
    for (const bind of this.#binds) bind.start();
  }

  get isAvailable(): boolean {
    return this.#isBound && this.#circuit.state !== 'open';
  }

  get outstanding(): number {
    return this.#sum(outstandingOf);
  }

  leastBusyBind(): SmscBind | undefined {
    const bound = this.#binds.filter(({ state }) => state === 'bound');
    return bound.sort((a, b) => outstandingOf(a) - outstandingOf(b))[0];
  }

  cancel(cancellation: CancelSm): Promise<number> {
    const bind = this.#binds.find(({ state }) => state === 'bound');
    return bind ? bind.cancel(cancellation) : Promise.reject(new SmscUnavailableError(`no bind to ${this.settings.id}`));
  }

  /** Waits for answers that are due, then unbinds. */
  async close(): Promise<void> {
    await Promise.all(this.#binds.map((bind) => bind.close()));
    this.#circuit.shutdown();
  }

  #sum(figure: (bind: SmppTransceiver) => number): number {
    return this.#binds.reduce((sum, bind) => sum + figure(bind), 0);
  }

  get #isBound(): boolean {
    return this.#binds.some(({ state }) => state === 'bound');
  }

  #bind(number: number): SmppTransceiver {
    const { settings, events } = this;
    const { systemId, password, addresses, transport, window, ratePerSec, systemType, tls } = settings;
    const [first] = addresses;
    const transceiver = new SmppTransceiver({
      url: `${transport === 'tls' ? 'ssmpp' : 'smpp'}://${encodeURIComponent(systemId)}:${encodeURIComponent(password)}@${bracketed(first?.host ?? '')}:${first?.port}`,
      tls, windowSize: window, maxWaiting: maxWaiting(settings), ratePerSec, systemType, statusClasses: this.statusClasses,
      connect: (target, options) => connectSocket({ ...target, ...this.#nextAddress() }, options),
      guard: (write) => this.#circuit.run(() => this.#measured(write)),
      observe: (event) => this.#observe(number, event),
    });
    transceiver.onDeliver((deliver) => events.onDeliver(settings, number, deliver));
    transceiver.onAlert(events.onAlert);
    transceiver.onState((state) => this.#enter(number, state));
    this.metrics.bound(settings.id, number, false);
    return transceiver;
  }

  #nextAddress(): SmscSettings['addresses'][number] | undefined {
    const { addresses } = this.settings;
    this.#connections += 1;
    return addresses[(this.#connections - 1) % addresses.length];
  }

  #enter(number: number, state: SmppState): void {
    const { settings } = this;
    this.metrics.bound(settings.id, number, state === 'bound');
    if (!this.#isBound) this.#circuit.open();
    else if (this.#binds.filter((bind) => bind.state === 'bound').length === 1 && state === 'bound') this.#circuit.close();
    this.#tellCircuit();
    this.events.onBind(settings, number, state);
  }

  /** Without a bind nothing goes through, whatever the breaker would let. */
  #tellCircuit(): void {
    this.metrics.circuit(this.settings.id, this.#isBound ? this.#circuit.state : 'open');
  }

  async #measured(write: () => Promise<SubmitSmResult>): Promise<SubmitSmResult> {
    const answered = this.metrics.submitting(this.settings.id);
    try {
      const result = await write();
      answered(0);
      return result;
    } catch (error) {
      answered(error instanceof SmppStatusError ? error.status : undefined);
      throw error;
    }
  }

  #observe(number: number, event: SmppEvent): void {
    if (event.type === 'paused') this.metrics.paused(this.settings.id, event.reason);
    this.events.observe(this.settings, number, event);
  }
}

function outstandingOf({ windowUsed, waiting }: SmppTransceiver): number {
  return windowUsed + waiting;
}

function maxWaiting({ window, ratePerSec }: SmscSettings): number {
  return Math.ceil(Math.max(window, Math.min(window * WAITING_PER_PLACE, ratePerSec * LONGEST_WAIT_SEC)));
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
