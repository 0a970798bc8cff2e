import { setTimeout as pause } from 'node:timers/promises';
import { step, type OutgoingRecord, type Publisher } from '@cpm/runtime-ports';
import kafkajs, { type Producer } from 'kafkajs';
import { kafkaClient, type KafkaAddress } from './client.js';
import type { Log } from './log.js';
import { isRefusedLogin } from './security.js';

export interface PublisherOptions extends KafkaAddress {
  readonly clientId: string;
  readonly log: Log;
}

interface Call {
  readonly records: readonly OutgoingRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Below the broker's default `message.max.bytes`, which bounds all records of one request to one partition together. */
const REQUEST_BYTES = 768 * 1024;
/** kafkajs sorts a request's records into partitions in quadratic time. */
const REQUEST_RECORDS = 1_000;
const RECORD_OVERHEAD_BYTES = 32;

const ALL_IN_SYNC_REPLICAS = -1;
const REQUEST_TIMEOUT_MS = 4_000;
/** Long enough for a partition to get a new leader, short enough for the consumer behind it to keep its session. */
const GIVE_UP_MS = 5_000;
const RETRY_PAUSE_MS = 100;
/** kafkajs counts attempts, not time: one look for a new leader each, the rest is ours. */
const RETRY = { initialRetryTime: 50, factor: 0.2, multiplier: 2, maxRetryTime: 500, retries: 1 };
/**
 * A request is begun anew, never taken up again: kafkajs's own repetition asks only brokers that have not answered yet, and says that all
 * went well although what has gone over to one that had was sent to nobody (sendMessages.js, `responsePerBroker`).
 */
const NO_RETRY = { ...RETRY, retries: 0 };

/**
 * Appends to Kafka with one request in flight, so that a retry cannot reorder. Not idempotent on purpose: kafkajs loses
 * records that way; copies are dropped by the reader. Calls that wait for the request in flight share the next one.
 */
export class KafkaPublisher implements Publisher {
  private readonly waiting: Call[] = [];
  private isSending = false;
  private sent = Promise.resolve();

  private constructor(private readonly producer: Producer) {}

  /** @throws when no broker answers within a few seconds */
  static async connect(options: PublisherOptions): Promise<KafkaPublisher> {
    const producer = kafkaClient({ ...options, requestTimeoutMs: REQUEST_TIMEOUT_MS, retry: RETRY }).producer({
      idempotent: false,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: NO_RETRY,
    });
    await insist(() => producer.connect());
    return new KafkaPublisher(producer);
  }

  publish(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    const attributes = { 'messaging.system': 'kafka', 'messaging.operation.name': 'send', 'messaging.batch.message_count': records.length };
    return step('send to Kafka', () => ({ kind: 'PRODUCER', attributes }), () => new Promise<void>((resolve, reject) => {
      this.waiting.push({ records, resolve, reject });
      if (!this.isSending) this.sent = this.sendWaiting();
    }));
  }

  /** Sends what was handed over, then disconnects. */
  async close(): Promise<void> {
    await this.sent;
    await this.producer.disconnect();
  }

  private async sendWaiting(): Promise<void> {
    this.isSending = true;
    while (this.waiting.length > 0) {
      const calls = takeRequest(this.waiting);
      try {
        await this.send(calls.flatMap(({ records }) => records));
        for (const { resolve } of calls) resolve();
      } catch (error) {
        await this.failOrSeparate(calls, error);
      }
    }
    // In the same step as the last look at the queue: a call after it must start a new round.
    this.isSending = false;
  }

  /** A request that the broker refuses for its content must fail only the call whose content it is. */
  private async failOrSeparate(calls: readonly Call[], error: unknown): Promise<void> {
    const separate = calls.length > 1 && isRefusal(error);
    for (const { records, resolve, reject } of calls) {
      if (separate) await this.send(records).then(resolve, reject);
      else reject(error);
    }
  }

  private async send(records: readonly OutgoingRecord[]): Promise<void> {
    for (const part of requestsOf(records)) {
      const topics = Map.groupBy(part, ({ topic }) => topic);
      const topicMessages = [...topics].map(([topic, messages]) => ({ topic, messages: messages.map(({ key, value }) => ({ key, value })) }));
      await insist(() => this.producer.sendBatch({ acks: ALL_IN_SYNC_REPLICAS, topicMessages }));
    }
  }
}

/** Repeats what failed for want of a broker, for some seconds. */
async function insist(request: () => Promise<unknown>): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      await request();
      return;
    } catch (error) {
      if (isRefusal(error) || performance.now() > giveUpAt) throw error;
      await pause(RETRY_PAUSE_MS);
    }
  }
}

/** Whether the broker answered that it will never take this, or not from this client. */
function isRefusal(error: unknown): boolean {
  if (isRefusedLogin(error)) return true;
  const { type, retriable, cause } = error as { type?: string; retriable?: boolean; cause?: unknown };
  if (type !== undefined) return retriable === false;
  return cause !== undefined && cause !== error && isRefusal(cause);
}

function sizeOf({ key, value }: OutgoingRecord): number {
  return Buffer.byteLength(value) + Buffer.byteLength(key) + RECORD_OVERHEAD_BYTES;
}

/** Takes the calls that fit one request; at least one. */
function takeRequest(waiting: Call[]): Call[] {
  let count = 0;
  let bytes = 0;
  const fitting = waiting.findIndex(({ records }, index) => {
    count += records.length;
    bytes += records.reduce((sum, record) => sum + sizeOf(record), 0);
    return index > 0 && (count > REQUEST_RECORDS || bytes > REQUEST_BYTES);
  });
  return waiting.splice(0, fitting === -1 ? waiting.length : fitting);
}

/** Cuts records into requests, in order. */
function requestsOf(records: readonly OutgoingRecord[]): OutgoingRecord[][] {
  const requests: OutgoingRecord[][] = [];
  let current: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    if (current.length > 0 && (current.length >= REQUEST_RECORDS || bytes + size > REQUEST_BYTES)) {
      requests.push(current);
      current = [];
      bytes = 0;
    }
    current.push(record);
    bytes += size;
  }
  if (current.length > 0) requests.push(current);
  return requests;
}
