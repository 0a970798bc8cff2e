import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AccessObserved } from '@cpm/contracts-access-awareness';
import type { AggregateStore, Clock, EffectHandlers, Ingress } from '@cpm/runtime-ports';
import type { AlertNotification, Deliver, SmppEvent } from '@cpm/smpp';
import { alertEvidence } from './access-evidence.js';
import type { GatewayConfig } from './gateway-config.js';
import type { GatewayMetrics } from './gateway-metrics.js';
import { InboundTexts } from './inbound-texts.js';
import { OutcomeProof } from './outcome-proof.js';
import { Receipts, type MessageIdScope } from './receipts.js';
import { screeningOf, type Screening } from './screening.js';
import type { SmsReferences } from './sms-references.js';
import type { UcnLinks } from './ucn-links.js';
import { SmsSubmitter } from './sms-submitter.js';
import { noSmsc, SmppSmscLink, type SmscLink } from './smsc-link.js';

export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly references: SmsReferences;
  readonly links: UcnLinks;
  readonly ingress: Ingress;
  readonly store: AggregateStore;
  readonly clock: Clock;
  readonly metrics: GatewayMetrics;
}

const SERVICE = 'sms-interworking-gateway';

/** The talk with the SMSC: submissions go out, receipts, alerts and inbound messages come in. */
export class SmscGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly effects: EffectHandlers;
  readonly #logger = new Logger(SERVICE);
  readonly #link: SmppSmscLink | undefined;
  readonly #submitter: SmsSubmitter;
  readonly #receipts: Receipts;
  readonly #proof: OutcomeProof;
  readonly #screening: Screening;
  readonly #inbound: InboundTexts;
  readonly #smsc: MessageIdScope;

  constructor(private readonly parts: GatewayParts) {
    const { config, references, links, ingress, store, clock, metrics } = parts;
    this.#link = config.SMPP_URL === undefined ? undefined : this.#connect(config.SMPP_URL);
    const link: SmscLink = this.#link ?? noSmsc;
    this.#smsc = { id: link.smscId, idFormat: config.SMPP_ID_FORMAT, errorCauses: config.SMPP_ERROR_CAUSES };
    this.#receipts = new Receipts(references, ingress, () => clock.now());
    this.#proof = new OutcomeProof(this.#receipts, config.SMPP_UNKNOWN_GRACE_MS);
    this.#inbound = new InboundTexts({ ingress, store, clock });
    this.#screening = screeningOf(config, {
      done: (fate) => metrics.screening(fate),
      failed: (error) => this.#logger.warn(`screening failed: ${error.message}`),
    });
    this.#submitter = new SmsSubmitter({
      smsc: this.#smsc, link, receipts: this.#receipts, proof: this.#proof, links, screening: this.#screening, ingress, clock, settings: config,
      done: (fate, mayRepeat) => metrics.submission(fate, mayRepeat),
      failed: (error) => this.#logger.warn(`an outcome could not be kept, trying again: ${(error as Error).message}`),
    });
    this.effects = { 'submit-sms': this.#submitter.submit };
  }

  onApplicationBootstrap(): void {
    if (!this.#link) this.#logger.warn('SMPP_URL is not set: nothing is sent as SMS');
    if (this.parts.config.PUBLIC_URL === undefined) this.#logger.log('PUBLIC_URL is not set: notifications carry no link');
    this.#link?.start();
  }

  /** Answers that are due still come in and reach the log; what is submitted from now on is refused until later. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#link?.close();
    this.#proof.stop();
    await this.#submitter.idle();
    this.#screening.close();
  }

  #connect(url: string): SmppSmscLink {
    const { config, metrics } = this.parts;
    return new SmppSmscLink(url, config, {
      onDeliver: (deliver) => this.#deliver(deliver),
      onAlert: (alert) => this.#alert(alert),
      onState: (state) => {
        metrics.bound(state === 'bound');
        this.#logger.log(`link to the SMSC ${state}`);
      },
      onCircuit: (state) => metrics.circuit(state),
      observe: (event) => this.#observe(event),
    });
  }

  async #deliver(deliver: Deliver): Promise<void> {
    const { metrics } = this.parts;
    if (deliver.kind === 'message') metrics.inbound(await this.#inbound.take(deliver));
    else metrics.receipt(await this.#receipts.take(this.#smsc, deliver));
  }

  async #alert(alert: AlertNotification): Promise<void> {
    const evidence = alertEvidence(alert, this.parts.clock.now());
    if (evidence) await this.parts.ingress.publish(AccessObserved, evidence);
  }

  #observe(event: SmppEvent): void {
    const { type, ...details } = event;
    const line = { smpp: type, ...('error' in details ? { reason: (details.error as Error).message } : details) };
    if (type === 'bound' || type === 'reconnect-scheduled') this.#logger.debug(line);
    else this.#logger.warn(line);
  }
}
