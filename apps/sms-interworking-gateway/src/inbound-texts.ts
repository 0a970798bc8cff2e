import { randomUUID } from 'node:crypto';
import { SmsReceived } from '@cpm/contracts-sms-interworking-gateway';
import { inboxOf } from '@cpm/runtime-decider';
import type { AggregateStore, Clock, Ingress } from '@cpm/runtime-ports';
import type { InboundMessage } from '@cpm/smpp';
import { msisdnOf } from '@cpm/vocabulary';
import { DoubtfulDeliveries } from './doubtful-deliveries.js';
import { userOf } from './handset-address.js';

const SERVICE = 'sms-interworking-gateway';
const DEAD_LETTERS = 'dead-letters';

export type InboundFate = 'logged' | 'put-aside';

export interface InboundTextsParts {
  readonly ingress: Ingress;
  readonly store: AggregateStore;
  readonly clock: Clock;
}

/** Brings short messages of handsets into the log. */
export class InboundTexts {
  readonly #doubtful: DoubtfulDeliveries;

  constructor(private readonly parts: InboundTextsParts) {
    this.#doubtful = new DoubtfulDeliveries(() => parts.clock.now());
  }

  /** An SMSC that did not hear our last answers delivers again. */
  bindLost(): void {
    this.#doubtful.bindLost();
  }

  /** Resolves once the text is in the log: whether its number stands for a session is decided there, in the order of the user's events. */
  async take(message: InboundMessage): Promise<InboundFate> {
    const { text, concat } = message;
    const user = userOf(message.from);
    const number = userOf(message.to);
    const to = number && msisdnOf(number);
    if (user === undefined || to === undefined) return this.#putAside(message);
    const part = concat && { reference: concat.reference, total: concat.total, number: concat.part };
    await this.#log({ user, to, text, ...(part && { part }) });
    return 'logged';
  }

  async #log(received: Omit<SmsReceived, 'at' | 'mayRepeat'>): Promise<void> {
    const { ingress, clock } = this.parts;
    const delivery = JSON.stringify(received);
    const mayRepeat = this.#doubtful.mayRepeat(delivery);
    try {
      await ingress.publish(SmsReceived, { ...received, ...(mayRepeat && { mayRepeat }), at: clock.now() });
      this.#doubtful.acknowledged(delivery);
    } catch (error) {
      this.#doubtful.refused(delivery);
      throw error;
    }
  }

  /** A text between parties that are no telephone numbers belongs to nobody's log: an operator can see that it came. */
  async #putAside({ from, to, text, concat }: InboundMessage): Promise<InboundFate> {
    const { store, clock } = this.parts;
    const insert = { service: SERVICE, key: userOf(from) ?? from.address, value: JSON.stringify({ from, to, text, concat }), reason: 'inbound short message without a conversation', at: clock.now(), replayed: false };
    await store.write([{ kind: 'row', table: DEAD_LETTERS, id: `${inboxOf(SERVICE)}/inbound/${randomUUID()}`, insert }], []);
    return 'put-aside';
  }
}
