import { STATUSES_TOLD_APART, type Labelled } from '@cpm/metrics';
import { counterOf, gaugeOf, histogramOf, type CounterOf, type GaugeOf, type HistogramOf } from '@cpm/runtime-host';
import type { Registry } from 'prom-client';
import type { CircuitEvent, CircuitState } from './circuit.js';

const CIRCUIT = { closed: 0, 'half-open': 1, open: 2 } as const satisfies Record<CircuitState, number>;

type PauseReason = Labelled<'cpm_smpp_pauses_total'>['reason'];

interface Load {
  readonly used: () => number;
  readonly waiting: () => number;
}

/** What the gateway measures of its talk with each SMSC. */
export class SmscMetrics {
  readonly #bound: GaugeOf<'cpm_smpp_bound'>;
  readonly #circuit: GaugeOf<'cpm_smpp_circuit_state'>;
  readonly #circuitEvents: CounterOf<'cpm_smpp_circuit_events_total'>;
  readonly #latency: HistogramOf<'cpm_smpp_submit_seconds'>;
  readonly #statuses: CounterOf<'cpm_smpp_submit_responses_total'>;
  readonly #pauses: CounterOf<'cpm_smpp_pauses_total'>;
  readonly #loads = new Map<string, Load>();
  readonly #known = new Set<number>();

  constructor(registry: Registry) {
    this.#bound = gaugeOf(registry, 'cpm_smpp_bound');
    this.#circuit = gaugeOf(registry, 'cpm_smpp_circuit_state');
    this.#circuitEvents = counterOf(registry, 'cpm_smpp_circuit_events_total');
    this.#latency = histogramOf(registry, 'cpm_smpp_submit_seconds');
    this.#statuses = counterOf(registry, 'cpm_smpp_submit_responses_total');
    this.#pauses = counterOf(registry, 'cpm_smpp_pauses_total');
    this.#gauge(registry, 'cpm_smpp_window_used', ({ used }) => used());
    this.#gauge(registry, 'cpm_smpp_waiting', ({ waiting }) => waiting());
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

  paused(smsc: string, reason: PauseReason): void {
    this.#pauses.inc({ smsc, reason });
  }

  /** Call the result with the status of the response, or with undefined when none came. */
  submitting(smsc: string): (status: number | undefined) => void {
    const stop = this.#latency.startTimer({ smsc });
    return (status) => {
      stop();
      this.#statuses.inc({ smsc, status: this.#told(status) });
    };
  }

  #told(status: number | undefined): string {
    if (status === undefined) return 'none';
    if (this.#known.size < STATUSES_TOLD_APART) this.#known.add(status);
    return this.#known.has(status) ? `0x${status.toString(16).padStart(2, '0')}` : 'other';
  }

  #gauge(registry: Registry, name: 'cpm_smpp_window_used' | 'cpm_smpp_waiting', figure: (load: Load) => number): void {
    gaugeOf(registry, name, (gauge) => {
      for (const [smsc, load] of this.#loads) gauge.set({ smsc }, figure(load));
    });
  }
}
