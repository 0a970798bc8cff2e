import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { CircuitEvent, CircuitState } from './circuit.js';

const CIRCUIT = { closed: 0, 'half-open': 1, open: 2 } as const satisfies Record<CircuitState, number>;
const LATENCY_SEC = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Load {
  readonly used: () => number;
  readonly waiting: () => number;
}

/** What the gateway measures of its talk with each SMSC. */
export class SmscMetrics {
  readonly #bound: Gauge<'smsc' | 'bind'>;
  readonly #circuit: Gauge<'smsc'>;
  readonly #circuitEvents: Counter<'smsc' | 'event'>;
  readonly #latency: Histogram<'smsc'>;
  readonly #statuses: Counter<'smsc' | 'status'>;
  readonly #pauses: Counter<'smsc' | 'reason'>;
  readonly #loads = new Map<string, Load>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#bound = new Gauge({ name: 'cpm_smpp_bound', help: '1 while the bind to the SMSC is there', labelNames: ['smsc', 'bind'], registers });
    this.#circuit = new Gauge({ name: 'cpm_smpp_circuit_state', help: '0 closed, 1 half open, 2 open', labelNames: ['smsc'], registers });
    this.#circuitEvents = new Counter({ name: 'cpm_smpp_circuit_events_total', help: 'What the circuit breaker saw', labelNames: ['smsc', 'event'], registers });
    this.#latency = new Histogram({ name: 'cpm_smpp_submit_seconds', help: 'From submit_sm to its response', labelNames: ['smsc'], buckets: LATENCY_SEC, registers });
    this.#statuses = new Counter({ name: 'cpm_smpp_submit_responses_total', help: 'submit_sm by command_status; none: no answer came', labelNames: ['smsc', 'status'], registers });
    this.#pauses = new Counter({ name: 'cpm_smpp_pauses_total', help: 'Pauses of a bind that its SMSC asked for', labelNames: ['smsc', 'reason'], registers });
    this.#gauge('cpm_smpp_window_used', 'Submissions that are not answered', ({ used }) => used(), registry);
    this.#gauge('cpm_smpp_waiting', 'Submissions that wait for the window, the rate or the end of a pause', ({ waiting }) => waiting(), registry);
  }

  /** Looks at the load of an SMSC whenever somebody asks for the figures. */
  watch(smsc: string, load: Load): void {
    this.#loads.set(smsc, load);
  }

  bound(smsc: string, bind: number, isBound: boolean): void {
    this.#bound.set({ smsc, bind: String(bind) }, isBound ? 1 : 0);
  }

  circuit(smsc: string, state: CircuitState): void {
    this.#circuit.set({ smsc }, CIRCUIT[state]);
  }

  circuitEvent(smsc: string, event: CircuitEvent): void {
    this.#circuitEvents.inc({ smsc, event });
  }

  paused(smsc: string, reason: string): void {
    this.#pauses.inc({ smsc, reason });
  }

  /** Call the result with the status of the response, or with undefined when none came. */
  submitting(smsc: string): (status: number | undefined) => void {
    const stop = this.#latency.startTimer({ smsc });
    return (status) => {
      stop();
      this.#statuses.inc({ smsc, status: status === undefined ? 'none' : `0x${status.toString(16).padStart(2, '0')}` });
    };
  }

  #gauge(name: string, help: string, figure: (load: Load) => number, registry: Registry): void {
    const loads = this.#loads;
    const gauge: Gauge<'smsc'> = new Gauge({
      name, help, labelNames: ['smsc'], registers: [registry],
      collect: () => {
        for (const [smsc, load] of loads) gauge.set({ smsc }, figure(load));
      },
    });
  }
}
