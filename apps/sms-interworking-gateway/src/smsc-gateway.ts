import { randomUUID } from 'node:crypto';
import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AccessObserved } from '@cpm/contracts-access-awareness';
import { SmsReceived } from '@cpm/contracts-sms-interworking-gateway';
import { inboxOf } from '@cpm/runtime-decider';
import type { AggregateStore, Clock, EffectHandlers, Ingress } from '@cpm/runtime-ports';
import type { AlertNotification, Deliver, InboundMessage, SmppAddress, SmppEvent } from '@cpm/smpp';
import { msisdnOf, normaliseAddress, type CpmAddress } from '@cpm/vocabulary';
import type { GatewayConfig } from './gateway-config.js';
import type { GatewayMetrics } from './gateway-metrics.js';
import { Receipts } from './receipts.js';
import { RunningEffects } from './running-effects.js';
import { SmsCanceller } from './sms-canceller.js';
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
const DEAD_LETTERS = 'dead-letters';

/** The talk with the SMSCs: submissions go out, receipts, alerts and inbound messages come in. */
export class SmscGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly effects: EffectHandlers;
  readonly #logger = new Logger(SERVICE);
  readonly #smscs: readonly SmppSmsc[];
  readonly #effects: RunningEffects;
  readonly #receipts: Receipts;

  /** @throws ConfigError for SMSCs that cannot be talked to */
  constructor(private readonly parts: GatewayParts) {
    const { config, references, links, ingress, clock, metrics } = parts;
    this.#smscs = smscsOf(config).map((settings) => this.#connect(settings));
    this.#receipts = new Receipts(references, ingress, () => clock.now());
    this.#effects = new RunningEffects(clock, (error) => this.#logger.warn(`an outcome could not be kept, trying again: ${(error as Error).message}`));
    const dispatch = new SmscDispatch(new SmscRouter<Smsc>(this.#smscs), clock);
    const outgoing = { ingress, clock, effects: this.#effects };
    const submitter = new SmsSubmitter({ ...outgoing, dispatch, receipts: this.#receipts, links, done: (fate, mayRepeat) => metrics.submission(fate, mayRepeat) });
    const canceller = new SmsCanceller({ ...outgoing, smscs: this.#smscs, done: (outcome) => metrics.cancellation(outcome) });
    this.effects = { 'submit-sms': submitter.submit, 'cancel-sms': canceller.cancel };
  }

  onApplicationBootstrap(): void {
    if (this.#smscs.length === 0) this.#logger.warn('neither SMPP_URL nor SMSC_CONFIG is set: nothing is sent as SMS');
    if (this.parts.config.PUBLIC_URL === undefined) this.#logger.log('PUBLIC_URL is not set: notifications carry no link');
    for (const smsc of this.#smscs) smsc.start();
  }

  /** Answers that are due still come in and reach the log; what is submitted from now on is refused until later. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.#smscs.map((smsc) => smsc.close()));
    await this.#effects.idle();
  }

  #connect(settings: SmscSettings): SmppSmsc {
    return new SmppSmsc(settings, {
      onDeliver: (smsc, deliver) => this.#deliver(smsc, deliver),
      onAlert: (alert) => this.#alert(alert),
      onBind: ({ id }, bind, state) => this.#logger.log(`bind ${bind} to the SMSC ${id} ${state}`),
      observe: ({ id }, bind, event) => this.#observe(id, bind, event),
    }, this.parts.metrics.smscs);
  }

  async #deliver(smsc: SmscSettings, deliver: Deliver): Promise<void> {
    if (deliver.kind === 'message') return this.#takeMessage(deliver);
    this.parts.metrics.receipt(await this.#receipts.take(smsc, deliver));
  }

  /** Resolves once the text is in the log: whether its number stands for a session is decided there, in the order of the user's events. */
  async #takeMessage(message: InboundMessage): Promise<void> {
    const { ingress, clock, metrics } = this.parts;
    const { text, concat } = message;
    const user = addressOf(message.from);
    const number = addressOf(message.to);
    const to = number && msisdnOf(number);
    if (user === undefined || to === undefined) return this.#putAside(message);
    const part = concat && { reference: concat.reference, total: concat.total, number: concat.part };
    await ingress.publish(SmsReceived, { user, to, text, ...(part && { part }), at: clock.now() });
    metrics.inbound('logged');
  }

  /** A text between parties that are no telephone numbers belongs to nobody's log: an operator can see that it came. */
  async #putAside({ from, to, text, concat }: InboundMessage): Promise<void> {
    const { store, clock, metrics } = this.parts;
    const insert = { service: SERVICE, key: addressOf(from) ?? from.address, value: JSON.stringify({ from, to, text, concat }), reason: 'inbound short message without a conversation', at: clock.now(), replayed: false };
    await store.write([{ kind: 'row', table: DEAD_LETTERS, id: `${inboxOf(SERVICE)}/inbound/${randomUUID()}`, insert }], []);
    metrics.inbound('put-aside');
  }

  async #alert({ handset, availability }: AlertNotification): Promise<void> {
    const user = addressOf(handset);
    if (!user) return;
    await this.parts.ingress.publish(AccessObserved, {
      user, access: 'CS', confidence: 'DELIVERABLE', source: 'smpp-alert', observedAt: this.parts.clock.now(), ...ALERTED[availability],
    });
  }

  #observe(smsc: string, bind: number, event: SmppEvent): void {
    const { type, ...details } = event;
    const line = { smsc, bind, smpp: type, ...('error' in details ? { reason: (details.error as Error).message } : details) };
    if (type === 'bound' || type === 'reconnect-scheduled') this.#logger.debug(line);
    else this.#logger.warn(line);
  }
}

/** What an alert says of CS. */
const ALERTED: Readonly<Record<AlertNotification['availability'], Pick<AccessObserved, 'state' | 'cause'>>> = {
  available: { state: 'AVAILABLE' },
  denied: { state: 'UNAVAILABLE', cause: 'barred' },
  unavailable: { state: 'UNAVAILABLE', cause: 'unavailable' },
};

function addressOf({ address }: SmppAddress): CpmAddress | undefined {
  return normaliseAddress(`tel:+${address.replace(/^\+/, '')}`);
}
