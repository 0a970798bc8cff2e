import { constants, zstdCompress } from 'node:zlib';
import { promisify } from 'node:util';
import { inboxOf } from '@cpm/runtime-decider';
import kafkajs, { type CompressionTypes, type Message, type Producer } from 'kafkajs';
import type { FuzzRecord } from './fuzz-record.js';

/** Where a record came to lie: `cpm.routing.inbox/3/17`, as a dead letter of it would be called. */
export interface Written extends Pick<FuzzRecord, 'kind' | 'must'> {
  readonly id: string;
}

const { CompressionTypes: { GZIP, None, ZSTD }, CompressionCodecs } = kafkajs;
const REQUEST_BYTES = 700_000;
const LONGEST_KEY = 1_024;
const packed = promisify(zstdCompress);
CompressionCodecs[ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => packed(buffer, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
  decompress: () => Promise.reject(new Error('only written')),
});

/** Appends to the inboxes and says where everything lies. Never repeats a request: a copy would be a record too many. */
export class RecordWriter {
  readonly #partitioner = kafkajs.Partitioners.DefaultPartitioner();

  private constructor(
    private readonly producer: Producer,
    private readonly partitions: number,
  ) {}

  static async connect(brokers: readonly string[], partitions: number): Promise<RecordWriter> {
    const kafka = new kafkajs.Kafka({ clientId: 'fuzz', brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING, requestTimeout: 60_000, retry: { retries: 0 } });
    const producer = kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1, createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    return new RecordWriter(producer, partitions);
  }

  async write(records: readonly FuzzRecord[], compression: CompressionTypes = None): Promise<Written[]> {
    const written: Written[] = [];
    for (const part of parts(records)) written.push(...(await this.#request(part, compression)));
    return written;
  }

  /** Whether the broker refuses a batch that is small until it is unpacked. */
  async bombIsRefused(topic: string, unpackedBytes: number, how: 'gzip' | 'zstd'): Promise<boolean> {
    try {
      await this.producer.send({ topic, acks: -1, compression: how === 'gzip' ? GZIP : ZSTD, messages: [{ key: 'tel:+4977', value: Buffer.alloc(unpackedBytes, 0x20) }] });
      return false;
    } catch (error) {
      if ((error as { type?: string }).type === 'MESSAGE_TOO_LARGE') return true;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }

  async #request(records: readonly FuzzRecord[], compression: CompressionTypes): Promise<Written[]> {
    const placed = records.map((record) => ({ record, topic: inboxOf(record.service), partition: this.#partitionOf(record) }));
    const topicMessages = [...Map.groupBy(placed, ({ topic }) => topic)].map(([topic, own]) => ({
      topic, messages: own.map(({ record: { key, value, headers }, partition }): Message => ({ key, value, partition, ...(headers && { headers }) })),
    }));
    const answers = await this.producer.sendBatch({ acks: -1, compression, topicMessages });
    const next = new Map(answers.map(({ topicName, partition, baseOffset }) => [`${topicName}/${partition}`, Number(baseOffset)]));
    return placed.map(({ record: { kind, must }, topic, partition }) => {
      const place = `${topic}/${partition}`;
      const offset = next.get(place);
      if (offset === undefined || offset < 0) throw new Error(`the broker did not say where ${place} begins`);
      next.set(place, offset + 1);
      return { id: `${place}/${offset}`, kind, must };
    });
  }

  #partitionOf({ key, misplaced }: FuzzRecord): number {
    const partitionMetadata = Array.from({ length: this.partitions }, (_, partitionId) => ({ partitionId, leader: 1, partitionErrorCode: 0, replicas: [], isr: [] }));
    // By the bytes of the key, as any client of Kafka does it.
    // One that is no address lies anywhere: kafkajs reckons for seconds with a long key.
    const right = (key?.length ?? 0) > LONGEST_KEY ? 0 : this.#partitioner({ topic: '', partitionMetadata, message: { key: key ?? '', value: null } });
    return misplaced ? (right + 1) % this.partitions : right;
  }
}

function parts(records: readonly FuzzRecord[]): FuzzRecord[][] {
  const all: FuzzRecord[][] = [[]];
  let bytes = 0;
  for (const record of records) {
    const headers = Object.entries(record.headers ?? {}).reduce((sum, [name, value]) => sum + name.length + String(value).length + 8, 0);
    const size = (record.key?.length ?? 0) + (record.value?.length ?? 0) + headers + 64;
    if (bytes > 0 && bytes + size > REQUEST_BYTES) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)?.push(record);
    bytes += size;
  }
  return all.filter((part) => part.length > 0);
}
