import { setTimeout as sleep } from 'node:timers/promises';
import { signToken } from '../dev-tokens/dev-tokens.js';
import type { System } from '../start/start-system.js';
import type { History } from './history.js';

const HARVEST_MS = 500;
const BIND_LIMIT_MS = 30_000;

/** Network and SMSC as the test plays them: says which phones are on CS only, and writes down what the SMSC gets. */
export class SmsNetwork {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly system: System,
    private readonly history: History,
  ) {}

  /** The phones are not registered with IMS, and can be reached over CS. */
  async csOnly(recipients: readonly { readonly address: string; readonly phone: string }[]): Promise<void> {
    await this.#bound();
    const token = await signToken({ scope: 'network' });
    for (const { address, phone } of recipients) {
      const answer = await fetch(`${this.system.url}/network/v1/ims/registrations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ address, contacts: [{ deviceId: phone, state: 'terminated' }] }),
      });
      if (!answer.ok) throw new Error(`the registration of ${address} was not taken: ${answer.status} ${await answer.text()}`);
      this.system.smsc?.sendAlert({ from: address.replace('tel:', ''), status: 'available' });
    }
  }

  start(): void {
    this.#timer = setInterval(() => this.harvest(), HARVEST_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.harvest();
  }

  /** Takes what the SMSC got since the last time: it keeps the newest only. */
  harvest(): void {
    for (const { text, at } of this.system.smsc?.messages() ?? []) {
      this.history.append({ is: 'texted', id: text.split(' ', 1)[0] ?? text, at: Date.parse(at) });
    }
    this.system.smsc?.clear();
  }

  async #bound(): Promise<void> {
    if (!this.system.smsc) throw new Error('chaos needs its own SMSC simulator: unset SMPP_URL');
    const deadline = Date.now() + BIND_LIMIT_MS;
    while (this.system.smsc.boundClients() === 0) {
      if (Date.now() > deadline) throw new Error('the gateway has not bound to the SMSC');
      await sleep(50);
    }
  }
}
