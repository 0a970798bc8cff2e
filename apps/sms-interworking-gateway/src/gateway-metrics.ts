import { Counter, Gauge, type Registry } from 'prom-client';
import type { InboundFate } from './inbound-texts.js';
import type { ReceiptFate } from './receipts.js';
import type { ScreeningFate } from './screening.js';
import type { SubmissionFate } from './sms-submitter.js';

const CIRCUIT = { closed: 0, 'half-open': 1, open: 2 } as const;

/** What the gateway measures of its talk with the SMSC. */
export class GatewayMetrics {
  readonly #submissions: Counter<'outcome'>;
  readonly #possibleDuplicates: Counter;
  readonly #receipts: Counter<'fate'>;
  readonly #inbound: Counter<'fate'>;
  readonly #screenings: Counter<'fate'>;
  readonly #bound: Gauge;
  readonly #circuit: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#submissions = new Counter({ name: 'cpm_sms_submissions_total', help: 'Texts by what the SMSC made of them', labelNames: ['outcome'], registers });
    this.#possibleDuplicates = new Counter({ name: 'cpm_sms_possible_duplicates_total', help: 'Texts accepted after an earlier submission of unknown outcome', registers });
    this.#receipts = new Counter({ name: 'cpm_sms_receipts_total', help: 'Delivery receipts by what became of them', labelNames: ['fate'], registers });
    this.#inbound = new Counter({ name: 'cpm_sms_inbound_total', help: 'Short messages of handsets by what became of them', labelNames: ['fate'], registers });
    this.#screenings = new Counter({ name: 'cpm_sms_screenings_total', help: 'Texts by what the screening service said of them', labelNames: ['fate'], registers });
    this.#bound = new Gauge({ name: 'cpm_smpp_bound', help: '1 while the link to the SMSC is bound', registers });
    this.#circuit = new Gauge({ name: 'cpm_smpp_circuit_state', help: '0 closed, 1 half open, 2 open', registers });
  }

  /** `mayRepeat`: the outcome of an earlier submission of the same text is unknown. */
  submission(outcome: SubmissionFate, mayRepeat: boolean): void {
    this.#submissions.inc({ outcome });
    if (mayRepeat && outcome === 'accepted') this.#possibleDuplicates.inc();
  }

  receipt(fate: ReceiptFate): void {
    this.#receipts.inc({ fate });
  }

  inbound(fate: InboundFate): void {
    this.#inbound.inc({ fate });
  }

  screening(fate: ScreeningFate): void {
    this.#screenings.inc({ fate });
  }

  bound(isBound: boolean): void {
    this.#bound.set(isBound ? 1 : 0);
  }

  circuit(state: keyof typeof CIRCUIT): void {
    this.#circuit.set(CIRCUIT[state]);
  }
}
