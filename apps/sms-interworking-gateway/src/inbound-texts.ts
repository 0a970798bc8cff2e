import { randomUUID } from 'node:crypto';
import { SmsReceived } from '@cpm/contracts-sms-interworking-gateway';
import { inboundLetter, SHORT_CODE } from '@cpm/domain-sms-interworking-gateway';
import type { AggregateStore, Clock, Ingress } from '@cpm/runtime-ports';
import type { InboundMessage, SmppAddress } from '@cpm/smpp';
import { msisdnOf } from '@cpm/vocabulary';
import { DoubtfulDeliveries } from './doubtful-deliveries.js';
import { userOf } from './handset-address.js';

export type InboundFate = 'logged' | 'put-aside';

export interface InboundTextsParts {
  readonly ingress: Ingress;
  readonly store: AggregateStore;
  readonly clock: Clock;
}

/** Where a message came from: ids of an SMSC and one of its binds. */
export interface InboundWay {
  readonly smsc: string;
  readonly bind: number;
}

/** Brings short messages of handsets into the log. */
export class InboundTexts {
  readonly #doubtful = new Map<string, DoubtfulDeliveries>();

  constructor(private readonly parts: InboundTextsParts) {}

  /** An SMSC that did not hear our last answers delivers again. */
  bindLost({ smsc, bind }: InboundWay): void {
    this.#doubtfulOf(smsc).bindLost(bind);
  }

  /** Resolves once the text is in the log: whether its number stands for a session is decided there, in the order of the user's events. */
  async take(way: InboundWay, message: InboundMessage): Promise<InboundFate> {
    const { text, concat } = message;
    const user = userOf(message.from);
    const to = numberOf(message.to);
    if (user === undefined || to === undefined) return this.#putAside(message);
    const part = concat && { reference: concat.reference, total: concat.total, number: concat.part };
    await this.#log(way, { user, to, text, ...(part && { part }) });
    return 'logged';
  }

  async #log({ smsc, bind }: InboundWay, received: Omit<SmsReceived, 'at' | 'mayRepeat' | 'repeatsSince'>): Promise<void> {
    await this.#doubtfulOf(smsc).take(bind, JSON.stringify(received), (arrival) =>
      this.parts.ingress.publish(SmsReceived, { ...received, ...(arrival.repeatsSince !== undefined && { mayRepeat: true }), ...arrival }));
  }

  #doubtfulOf(smsc: string): DoubtfulDeliveries {
    const doubtful = this.#doubtful.get(smsc) ?? new DoubtfulDeliveries(() => this.parts.clock.now());
    this.#doubtful.set(smsc, doubtful);
    return doubtful;
  }

  /** A text between parties that are no telephone numbers belongs to nobody's log: an operator can see that it came. */
  async #putAside({ from, to, text, concat }: InboundMessage): Promise<InboundFate> {
    const { store, clock } = this.parts;
    const letter = inboundLetter(randomUUID(), { key: userOf(from) ?? from.address, message: { from, to, text, concat }, reason: 'a party has no telephone number', at: clock.now() });
    await store.write([letter], []);
    return 'put-aside';
  }
}

/** MSISDN or short code that a text was sent to; undefined for a name. */
function numberOf(to: SmppAddress): string | undefined {
  if (SHORT_CODE.test(to.address)) return to.address;
  const number = userOf(to);
  return number && msisdnOf(number);
}
