import type { EventContract, ServiceName } from '@cpm/runtime-decider';
import { assertWriter, inboxOf } from '@cpm/runtime-decider';
import { currentSpan, step, traceparentOf, type Ingress, type OutgoingRecord, type Publisher } from '@cpm/runtime-ports';
import { encodeEvent, ingressSource, traced } from './envelope.js';

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Too much waits for the log already: the caller should tell its client to come back later. */
export class IngressOverloadError extends Error {
  override readonly name = 'IngressOverloadError';
}

/**
 * Brings outside events into the log: calls that wait together leave in one request, one request at a time, so that
 * order per key holds and throughput does not depend on the number of callers.
 */
export class IngressPublisher implements Ingress {
  private waiting: Waiting[] = [];
  /** Characters of all that is not published yet. */
  private size = 0;
  private sending: Promise<void> | undefined;

  constructor(
    private readonly service: ServiceName,
    private readonly publisher: Publisher,
    private readonly newId: () => string,
    private readonly maxWaiting = 10_000,
    private readonly maxSize = 64 * 2 ** 20,
  ) {}

  async publish<Payload>(contract: EventContract<string, Payload>, payload: NoInfer<Payload>): Promise<void> {
    assertWriter(this.service, contract);
    const value = encodeEvent(ingressSource(this.service), this.newId(), contract, payload);
    const key = contract.key(payload);
    const parts = () => ({ kind: 'PRODUCER', service: this.service, attributes: { 'messaging.system': 'kafka', 'messaging.operation.name': 'publish', 'cpm.event': contract.type } }) as const;
    await step(`publish ${contract.type}`, parts, () => {
      const tracedValue = traced(value, traceparentOf(currentSpan()));
      return this.append(contract.listeners.map((listener) => ({ topic: inboxOf(listener), key, value: tracedValue })));
    });
  }

  /** Appends records as they are: timers and replayed dead letters. */
  append(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.waiting.length >= this.maxWaiting || this.size >= this.maxSize) return Promise.reject(new IngressOverloadError('too many events wait for the log'));
    this.size += sizeOf(records);
    return new Promise((resolve, reject) => {
      this.waiting.push({ records, resolve, reject });
      this.sending ??= this.drain();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.sending;
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      // Callers of the same turn of the event loop join this request.
      await Promise.resolve();
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.publisher.publish(batch.flatMap(({ records }) => records));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      for (const { records } of batch) this.size -= sizeOf(records);
    }
    this.sending = undefined;
  }
}

function sizeOf(records: readonly OutgoingRecord[]): number {
  return records.reduce((sum, { value }) => sum + value.length, 0);
}
