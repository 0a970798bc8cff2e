import { Counter, Gauge, type Registry } from 'prom-client';

const CIRCUIT = { closed: 0, 'half-open': 1, open: 2 } as const;

export type T8Operation = 'create' | 'renew' | 'delete';
export type T8Fate = 'confirmed' | 'reported' | 'deleted' | 'gone' | 'later' | 'never';

/** What is measured of the talk with the network's SCEF or NEF. */
export class T8Metrics {
  readonly #requests: Counter<'operation' | 'outcome'>;
  readonly #notifications: Counter<'monitoring' | 'fate'>;
  readonly #circuit: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({ name: 'cpm_t8_requests_total', help: 'Requests for subscriptions at the SCEF or NEF by what became of them', labelNames: ['operation', 'outcome'], registers });
    this.#notifications = new Counter({ name: 'cpm_t8_notifications_total', help: 'Notifications to callback URLs by what they said', labelNames: ['monitoring', 'fate'], registers });
    this.#circuit = new Gauge({ name: 'cpm_t8_circuit_state', help: '0 closed, 1 half open, 2 open', registers });
  }

  request(operation: T8Operation, outcome: T8Fate): void {
    this.#requests.inc({ operation, outcome });
  }

  notification(monitoring: string, fate: 'reported' | 'ended' | 'stray'): void {
    this.#notifications.inc({ monitoring, fate });
  }

  circuit(state: keyof typeof CIRCUIT): void {
    this.#circuit.set(CIRCUIT[state]);
  }
}
