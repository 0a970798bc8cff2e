import { Pool } from 'undici';
import { provisionPair } from '../bench/pair.js';
import { connectChaosPair, type ChaosPair } from './chaos-pair.js';
import type { History } from './history.js';

export interface LoadOptions {
  readonly url: string;
  readonly history: History;
  /** Messages per second of all senders together. */
  readonly rate: number;
  readonly pairs: number;
  readonly smsPairs: number;
  /** Submissions that one sender has under way at a time; what he writes meanwhile waits in his outbox. */
  readonly window: number;
  readonly submitLimitMs: number;
}

interface Outbox {
  readonly pair: ChaosPair;
  readonly waiting: string[];
  underWay: number;
}

const TICK_MS = 10;
const PROVISIONING_WORKERS = 8;
/** One message in so many goes to a phone without IP. */
const SMS_EVERY = 20;
/** Fits into one SMS, so that each reception of the SMSC is one text. */
const FILLER = 'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor';

/** Senders that write at a constant rate, whatever becomes of what they wrote. */
export class ChaosLoad {
  readonly #outboxes: Outbox[] = [];
  readonly #run = Date.now().toString(36);
  #written = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: LoadOptions) {}

  /** Numbers of the recipients that have no IP. */
  async connect(): Promise<{ smsRecipients: readonly { address: string; phone: string }[] }> {
    const { url, pairs, smsPairs } = this.options;
    const pool = new Pool(url, { connections: 16 });
    const smsRecipients: { address: string; phone: string }[] = [];
    const queue = Array.from({ length: pairs + smsPairs }, (_, index) => index);
    const worker = async () => {
      for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
        const route = index < pairs ? 'ip' : 'sms';
        const provisioned = await provisionPair(pool, index, route === 'ip' ? 3 : 1);
        if (route === 'sms') smsRecipients.push({ address: provisioned.recipient, phone: provisioned.devices[1]?.id ?? '' });
        this.#outboxes[index] = { pair: await connectChaosPair(provisioned, { ...this.options, route }), waiting: [], underWay: 0 };
      }
    };
    await Promise.all(Array.from({ length: PROVISIONING_WORKERS }, worker));
    await pool.close();
    return { smsRecipients };
  }

  start(): void {
    const started = Date.now();
    this.#timer = setInterval(() => {
      const due = ((Date.now() - started) * this.options.rate) / 1_000;
      while (this.#written < due) this.#write();
    }, TICK_MS);
  }

  /** No more is written; what waits in outboxes is still sent. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Messages that wait to be submitted. */
  get waiting(): number {
    return this.#outboxes.reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  close(): void {
    for (const { pair } of this.#outboxes) pair.close();
  }

  #write(): void {
    const { pairs, smsPairs } = this.options;
    const number = (this.#written += 1);
    const isSms = smsPairs > 0 && number % SMS_EVERY === 0;
    const outbox = this.#outboxes[isSms ? pairs + ((number / SMS_EVERY) % smsPairs) : number % pairs] as Outbox;
    outbox.waiting.push(`chaos-${this.#run}-${number}`);
    this.#send(outbox);
  }

  #send(outbox: Outbox): void {
    const id = outbox.underWay < this.options.window ? outbox.waiting.shift() : undefined;
    if (id === undefined) return;
    outbox.underWay += 1;
    void this.#submit(outbox.pair, id).finally(() => {
      outbox.underWay -= 1;
      this.#send(outbox);
    });
  }

  async #submit({ sender, recipient, route }: ChaosPair, id: string): Promise<void> {
    const { history } = this.options;
    history.append({ is: 'submitted', id, at: Date.now(), recipient, route });
    try {
      await sender.send({ id, to: [recipient], body: `${id} ${FILLER}`, dispositionNotification: ['positive-delivery'] });
      history.append({ is: 'accepted', id, at: Date.now() });
    } catch (error) {
      history.append({ is: 'refused', id, at: Date.now(), reason: (error as Error).message });
    }
  }
}
