import { counterOf, type CounterOf } from '@cpm/runtime-host';
import type { Registry } from 'prom-client';
import type { InboundFate } from './inbound-texts.js';
import type { ReceiptFate } from './receipts.js';
import type { ScreeningFate } from './screening.js';
import { SmscMetrics } from './smsc-metrics.js';
import type { SubmissionFate } from './sms-submitter.js';

/** What the gateway measures of texts, receipts and inbound messages, and of each SMSC. */
export class GatewayMetrics {
  readonly #submissions: CounterOf<'cpm_sms_submissions_total'>;
  readonly #possibleDuplicates: CounterOf<'cpm_sms_possible_duplicates_total'>;
  readonly #receipts: CounterOf<'cpm_sms_receipts_total'>;
  readonly #inbound: CounterOf<'cpm_sms_inbound_total'>;
  readonly #cancellations: CounterOf<'cpm_sms_cancellations_total'>;
  readonly #screenings: CounterOf<'cpm_sms_screenings_total'>;
  readonly smscs: SmscMetrics;

  constructor(registry: Registry) {
    this.#submissions = counterOf(registry, 'cpm_sms_submissions_total');
    this.#possibleDuplicates = counterOf(registry, 'cpm_sms_possible_duplicates_total');
    this.#receipts = counterOf(registry, 'cpm_sms_receipts_total');
    this.#inbound = counterOf(registry, 'cpm_sms_inbound_total');
    this.#cancellations = counterOf(registry, 'cpm_sms_cancellations_total');
    this.#screenings = counterOf(registry, 'cpm_sms_screenings_total');
    this.smscs = new SmscMetrics(registry);
  }

  /** `mayRepeat`: the outcome of an earlier submission of the same text is unknown. */
  submission(outcome: SubmissionFate, mayRepeat: boolean): void {
    this.#submissions.inc({ outcome });
    if (mayRepeat && outcome === 'accepted') this.#possibleDuplicates.inc({});
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
