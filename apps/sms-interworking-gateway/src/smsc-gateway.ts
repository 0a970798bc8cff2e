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
import { Receipts, type MessageIdScope } from './receipts.js';
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
const DEAD_LETTERS = 'dead-letters';

/** The talk with the SMSC: submissions go out, receipts, alerts and inbound messages come in. */
export class SmscGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly effects: EffectHandlers;
  readonly #logger = new Logger(SERVICE);
  readonly #link: SmppSmscLink | undefined;
  readonly #submitter: SmsSubmitter;
  readonly #receipts: Receipts;
  readonly #smsc: MessageIdScope;

  constructor(private readonly parts: GatewayParts) {
    const { config, references, links, ingress, clock, metrics } = parts;
    this.#link = config.SMPP_URL === undefined ? undefined : this.#connect(config.SMPP_URL);
    const link: SmscLink = this.#link ?? noSmsc;
    this.#smsc = { id: link.smscId, idFormat: config.SMPP_ID_FORMAT };
    this.#receipts = new Receipts(references, ingress, () => clock.now());
    this.#submitter = new SmsSubmitter({
      smsc: this.#smsc, link, receipts: this.#receipts, links, ingress, clock, settings: config,
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
    await this.#submitter.idle();
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
    if (deliver.kind === 'message') return this.#takeMessage(deliver);
    this.parts.metrics.receipt(await this.#receipts.take(this.#smsc, deliver));
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
    const state = availability === 'available' ? 'AVAILABLE' : 'UNAVAILABLE';
    await this.parts.ingress.publish(AccessObserved, {
      user, access: 'CS', state, confidence: 'DELIVERABLE', source: 'smpp-alert', observedAt: this.parts.clock.now(), cause: availability,
    });
  }

  #observe(event: SmppEvent): void {
    const { type, ...details } = event;
    const line = { smpp: type, ...('error' in details ? { reason: (details.error as Error).message } : details) };
    if (type === 'bound' || type === 'reconnect-scheduled') this.#logger.debug(line);
    else this.#logger.warn(line);
  }
}

function addressOf({ address }: SmppAddress): CpmAddress | undefined {
  return normaliseAddress(`tel:+${address.replace(/^\+/, '')}`);
}
