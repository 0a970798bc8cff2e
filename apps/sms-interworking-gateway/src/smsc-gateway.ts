import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AccessObserved } from '@cpm/contracts-access-awareness';
import { entering, type AggregateStore, type Clock, type EffectHandlers, type Ingress } from '@cpm/runtime-ports';
import type { AlertNotification, Deliver, SmppEvent } from '@cpm/smpp';
import { alertEvidence } from './access-evidence.js';
import type { GatewayConfig } from './gateway-config.js';
import type { GatewayMetrics } from './gateway-metrics.js';
import { InboundTexts } from './inbound-texts.js';
import { OutcomeProof } from './outcome-proof.js';
import { RareWarnings } from './rare-warnings.js';
import { Receipts } from './receipts.js';
import { RunningEffects } from './running-effects.js';
import { SmsCanceller } from './sms-canceller.js';
import { screeningOf, type Screening } from './screening.js';
import type { SmsReferences } from './sms-references.js';
import type { UcnLinks } from './ucn-links.js';
import { SmsSubmitter } from './sms-submitter.js';
import { SmscDispatch } from './smsc-dispatch.js';
import { SmppSmsc, type Smsc } from './smsc-link.js';
import { SmscRouter } from './smsc-router.js';
import { smscsOf, type SmscSettings } from './smsc-settings.js';

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

/** The talk with the SMSCs: submissions go out, receipts, alerts and inbound messages come in. */
export class SmscGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly effects: EffectHandlers;
  readonly #logger = new Logger(SERVICE);
  readonly #smscs: readonly SmppSmsc[];
  readonly #effects: RunningEffects;
  readonly #receipts: Receipts;
  readonly #inbound: InboundTexts;
  readonly #proof: OutcomeProof;
  readonly #screening: Screening;

  /** @throws ConfigError for SMSCs that cannot be talked to */
  constructor(private readonly parts: GatewayParts) {
    const { config, references, links, ingress, store, clock, metrics } = parts;
    this.#smscs = smscsOf(config).map((settings) => this.#connect(settings));
    this.#receipts = new Receipts(references, ingress, () => clock.now());
    this.#effects = new RunningEffects(clock, {
      retrying: (error) => this.#logger.warn(`an outcome could not be kept, trying again: ${(error as Error).message}`),
      gaveUp: (error) => this.#logger.error(`an effect was given up: ${(error as Error).message}`),
    });
    this.#inbound = new InboundTexts({ ingress, store, clock });
    this.#proof = new OutcomeProof(this.#receipts, config.SMS_UNKNOWN_GRACE_MS);
    this.#screening = screeningOf(config, {
      done: (fate) => metrics.screening(fate),
      changed: (error) => (error ? this.#logger.warn(`screening fails: ${error.message}`) : this.#logger.log('screening works again')),
    });
    const warnings = new RareWarnings(clock, (what) => this.#logger.warn(`texts wait: ${what}`));
    const dispatch = new SmscDispatch({ router: new SmscRouter<Smsc>(this.#smscs), clock, proof: this.#proof, misconfigured: (reason) => warnings.of(reason) });
    const outgoing = { ingress, clock, effects: this.#effects };
    const submitter = new SmsSubmitter({ ...outgoing, dispatch, receipts: this.#receipts, links, screening: this.#screening, done: (fate, mayRepeat) => metrics.submission(fate, mayRepeat) });
    const canceller = new SmsCanceller({ ...outgoing, smscs: this.#smscs, done: (outcome) => metrics.cancellation(outcome) });
    this.effects = { 'submit-sms': submitter.submit, 'cancel-sms': canceller.cancel };
  }

  onApplicationBootstrap(): void {
    if (this.#smscs.length === 0) this.#logger.warn('neither SMPP_URL nor SMSC_CONFIG is set: nothing is sent as SMS');
    if (this.parts.config.PUBLIC_URL === undefined) this.#logger.log('PUBLIC_URL is not set: notifications carry no link');
    for (const smsc of this.#smscs) smsc.start();
  }

  /** Begun texts are finished and answers that are due reach the log; what is submitted from now on is refused until later. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.#smscs.map((smsc) => smsc.close()));
    this.#proof.stop();
    await this.#effects.idle();
    this.#screening.close();
  }

  #connect(settings: SmscSettings): SmppSmsc {
    return new SmppSmsc(settings, {
      onDeliver: (smsc, bind, deliver) => entering(`deliver_sm ${deliver.kind}`, pduFrom(smsc), () => this.#deliver(smsc, bind, deliver)),
      onAlert: (alert) => entering('alert_notification', pduFrom(settings), () => this.#alert(alert)),
      onBind: ({ id }, bind, state) => {
        if (state === 'unbound' || state === 'closed') this.#inbound.bindLost({ smsc: id, bind });
        this.#logger.log(`bind ${bind} to the SMSC ${id} ${state}`);
      },
      observe: ({ id }, bind, event) => this.#observe(id, bind, event),
    }, this.parts.metrics.smscs);
  }

  async #deliver(smsc: SmscSettings, bind: number, deliver: Deliver): Promise<void> {
    const { metrics } = this.parts;
    if (deliver.kind === 'message') metrics.inbound(await this.#inbound.take({ smsc: smsc.id, bind }, deliver));
    else metrics.receipt(await this.#receipts.take(smsc, deliver));
  }

  async #alert(alert: AlertNotification): Promise<void> {
    const evidence = alertEvidence(alert, this.parts.clock.now());
    if (evidence) await this.parts.ingress.publish(AccessObserved, evidence);
  }

  #observe(smsc: string, bind: number, event: SmppEvent): void {
    const { type, ...details } = event;
    const line = { smsc, bind, smpp: type, ...('error' in details ? { reason: (details.error as Error).message } : details) };
    if (type === 'bound' || type === 'reconnect-scheduled') this.#logger.debug(line);
    else this.#logger.warn(line);
  }
}

function pduFrom({ id }: SmscSettings) {
  return { kind: 'CONSUMER', service: SERVICE, attributes: { 'network.protocol.name': 'smpp', 'cpm.smsc': id } } as const;
}
