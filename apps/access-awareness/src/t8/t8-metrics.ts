import type { NetworkMonitoring } from '@cpm/vocabulary';
import { counterOf, gaugeOf, type CounterOf, type GaugeOf } from '@cpm/runtime-host';
import type { Registry } from 'prom-client';

const CIRCUIT = { closed: 0, 'half-open': 1, open: 2 } as const;

export type T8Operation = 'create' | 'renew' | 'delete';
export type T8Fate = 'confirmed' | 'reported' | 'deleted' | 'gone' | 'later' | 'never';

/** What is measured of the talk with the network's SCEF or NEF. */
export class T8Metrics {
  readonly #requests: CounterOf<'cpm_t8_requests_total'>;
  readonly #notifications: CounterOf<'cpm_t8_notifications_total'>;
  readonly #circuit: GaugeOf<'cpm_t8_circuit_state'>;

  constructor(registry: Registry) {
    this.#requests = counterOf(registry, 'cpm_t8_requests_total');
    this.#notifications = counterOf(registry, 'cpm_t8_notifications_total');
    this.#circuit = gaugeOf(registry, 'cpm_t8_circuit_state');
  }

  request(operation: T8Operation, outcome: T8Fate): void {
    this.#requests.inc({ operation, outcome });
  }

  notification(monitoring: NetworkMonitoring, fate: 'reported' | 'ended' | 'stray'): void {
    this.#notifications.inc({ monitoring, fate });
  }

  circuit(state: keyof typeof CIRCUIT): void {
    this.#circuit.set({}, CIRCUIT[state]);
  }
}
