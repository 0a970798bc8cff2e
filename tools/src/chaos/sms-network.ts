import { setTimeout as sleep } from 'node:timers/promises';
import type { SmscSimulator } from '../smsc-simulator/index.js';
import type { History } from './history.js';
import { idIn } from './load/submissions.js';

const HARVEST_MS = 500;
const BIND_LIMIT_MS = 30_000;

/** Writes down what the SMSC gets. */
export class SmsNetwork {
  /** By the id that the SMSC gave them. */
  readonly #known = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly smsc: SmscSimulator,
    private readonly history: History,
  ) {}

  /** @throws when the gateway does not bind to it */
  async bound(): Promise<void> {
    const deadline = Date.now() + BIND_LIMIT_MS;
    while (this.smsc.boundClients() === 0) {
      if (Date.now() > deadline) throw new Error('the gateway has not bound to the SMSC');
      await sleep(50);
    }
  }

  start(): void {
    this.#timer = setInterval(() => this.harvest(), HARVEST_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.harvest();
  }

  /** Takes what the SMSC got since the last time. */
  harvest(): void {
    for (const { text, at, to, messageId } of this.smsc.messages()) {
      if (this.#known.has(messageId)) continue;
      this.#known.add(messageId);
      this.history.append({ is: 'texted', id: idIn(text), at: Date.parse(at), to });
    }
  }
}
