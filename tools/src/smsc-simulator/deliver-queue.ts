import type { DeliverSm, SmppServer } from '@cpm/smpp';

interface QueuedDeliver {
  readonly deliver: DeliverSm;
  attempts: number;
}

const MAX_ATTEMPTS = 20;

/** Deliveries towards the clients: each is tried until a client takes it, waits while none is bound, and is dropped after 20 refusals. */
export class DeliverQueue {
  #waiting: QueuedDeliver[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly server: () => SmppServer,
    private readonly retryMs: number,
  ) {}

  /** Writes the delivery at once when a client is bound. */
  push(deliver: DeliverSm): void {
    void this.#send({ deliver, attempts: 0 });
  }

  pushAfter(delayMs: number, deliver: DeliverSm): void {
    this.#later(delayMs, { deliver, attempts: 0 });
  }

  /** To be called when a client has bound. */
  flush(): void {
    for (const queued of this.#waiting.splice(0)) void this.#send(queued);
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#waiting = [];
  }

  async #send(queued: QueuedDeliver): Promise<void> {
    const session = this.server().sessions().find(({ bindType }) => bindType !== 'transmitter');
    if (!session) return void this.#waiting.push(queued);
    queued.attempts += 1;
    const status = await session.deliver(queued.deliver).catch(() => undefined);
    if (status !== 0 && queued.attempts < MAX_ATTEMPTS) this.#later(this.retryMs, queued);
  }

  #later(delayMs: number, queued: QueuedDeliver): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#send(queued);
    }, delayMs);
    this.#timers.add(timer);
  }
}
