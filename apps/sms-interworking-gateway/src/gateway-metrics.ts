import { Counter, type Registry } from 'prom-client';
import type { InboundFate } from './inbound-texts.js';
import type { ReceiptFate } from './receipts.js';
import type { ScreeningFate } from './screening.js';
import { SmscMetrics } from './smsc-metrics.js';
import type { SubmissionFate } from './sms-submitter.js';

/** What the gateway measures of texts, receipts and inbound messages, and of each SMSC. */
export class GatewayMetrics {
  readonly #submissions: Counter<'outcome'>;
  readonly #possibleDuplicates: Counter;
  readonly #receipts: Counter<'fate'>;
  readonly #inbound: Counter<'fate'>;
  readonly #cancellations: Counter<'outcome'>;
  readonly #screenings: Counter<'fate'>;
  readonly smscs: SmscMetrics;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#submissions = new Counter({ name: 'cpm_sms_submissions_total', help: 'Texts by what the SMSC made of them', labelNames: ['outcome'], registers });
    this.#possibleDuplicates = new Counter({ name: 'cpm_sms_possible_duplicates_total', help: 'Texts accepted after an earlier submission of unknown outcome', registers });
    this.#receipts = new Counter({ name: 'cpm_sms_receipts_total', help: 'Delivery receipts by what became of them', labelNames: ['fate'], registers });
    this.#inbound = new Counter({ name: 'cpm_sms_inbound_total', help: 'Short messages of handsets by what became of them', labelNames: ['fate'], registers });
    this.#cancellations = new Counter({ name: 'cpm_sms_cancellations_total', help: 'Submitted texts that the SMSC was asked to drop, by what it said', labelNames: ['outcome'], registers });
    this.#screenings = new Counter({ name: 'cpm_sms_screenings_total', help: 'Texts by what the screening service said of them', labelNames: ['fate'], registers });
    this.smscs = new SmscMetrics(registry);
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

  cancellation(outcome: 'cancelled' | 'refused'): void {
    this.#cancellations.inc({ outcome });
  }
}
