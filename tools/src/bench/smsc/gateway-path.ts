import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { SmsProgress, SubmitSms } from '@cpm/contracts-sms-interworking-gateway';
import { ceType } from '@cpm/runtime-decider';
import { IngressPublisher } from '@cpm/runtime-engine';
import { systemClock } from '@cpm/runtime-host';
import { KafkaPublisher, startInboxConsumer, type InboxConsumer, type Log } from '@cpm/runtime-kafka';
import { startLocalStack, type LocalStack } from '@cpm/testing-containers';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { devKeys } from '../../dev-tokens/index.js';
import { mainOf } from '../../start/services.js';
import { percentiles, record } from '../histogram.js';
import type { Percentiles } from '../load-protocol.js';
import { countOperations, perMessage, type OperationCounts } from '../operation-counts.js';
import { usageOf } from '../process-usage.js';
import { destinationOf, SENDER, TEXT } from './sample-text.js';

export interface GatewayFigures {
  readonly messages: number;
  readonly perSecond: number;
  /** Milliseconds from the event that asks for the text to the one that says that the SMSC took it, and that it was delivered. */
  readonly submitted: Percentiles;
  readonly delivered: Percentiles;
  /** Of the gateway's process, of the broker and of the database, per text. */
  readonly cpuMs: Readonly<Record<'gateway' | 'broker' | 'database', number>>;
  readonly counts: OperationCounts;
}

export interface GatewayTask {
  readonly url: string;
  readonly messages: number;
  readonly window: number;
  /** Texts under way between the two events at a time. */
  readonly underWay: number;
}

const SERVICE = 'sms-interworking-gateway';
const WARM_UP = 2_000;
const LIFE_MS = 3_600_000;
const READY_LIMIT_MS = 60_000;
const silent = () => undefined;
const NO_LOG: Log = { debug: silent, info: silent, warn: silent, error: silent };

/** The gateway as it runs, fed with what routing asks of it, watched by what it tells routing: Kafka, MongoDB, receipts and all. */
export async function benchGatewayPath({ url, messages, window, underWay }: GatewayTask): Promise<GatewayFigures> {
  const stack = await startLocalStack();
  const gateway = await startGateway(stack, url, window);
  try {
    const load = await SmsLoad.connect(stack, underWay);
    await load.run(WARM_UP);
    const cpu = () => [gateway.pid, stack.kafka.pid, stack.mongo.pid].map((pid) => (pid === undefined ? 0 : usageOf(pid).cpuSeconds));
    const [cpuBefore, before] = [cpu(), await countOperations(stack.kafka.brokers.join(','), stack.mongo.uri)];
    const figures = await load.run(messages);
    const [cpuAfter, after] = [cpu(), await countOperations(stack.kafka.brokers.join(','), stack.mongo.uri)];
    const [gatewayMs = 0, broker = 0, database = 0] = cpuAfter.map((seconds, at) => ((seconds - (cpuBefore[at] ?? 0)) * 1000) / messages);
    await load.close();
    return { ...figures, cpuMs: { gateway: gatewayMs, broker, database }, counts: perMessage(before, after, messages) };
  } finally {
    gateway.child.kill('SIGTERM');
    if (gateway.child.exitCode === null) await once(gateway.child, 'exit');
    await stack.stop();
  }
}

async function startGateway(stack: LocalStack, url: string, window: number) {
  const { jwksUrl } = await devKeys();
  const env = {
    ...process.env, HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', LOG_LEVEL: 'warn', CPM_JWKS_URL: jwksUrl,
    KAFKA_BROKERS: stack.kafka.brokers.join(','), MONGODB_URI: stack.mongo.uri, SMPP_URL: url, SMPP_WINDOW: String(window),
  };
  const child = fork(mainOf(SERVICE), { env, execArgv: (process.env['BENCH_GATEWAY_OPTIONS'] ?? '').split(' ').filter(Boolean) });
  const limit = setTimeout(() => child.kill('SIGKILL'), READY_LIMIT_MS);
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[];
  clearTimeout(limit);
  if (typeof first !== 'object' || first === null) throw new Error(`the gateway did not start: ${String(first)}`);
  return { child, pid: child.pid };
}

interface Flight {
  readonly at: number;
  submitted: boolean;
}

/** Plays routing: asks for texts and hears what becomes of them. */
class SmsLoad {
  private readonly flights = new Map<string, Flight>();
  private submitted = createHistogram();
  private delivered = createHistogram();
  private asked = 0;
  private done = 0;
  private target = 0;
  private failure: Error | undefined;
  private finished: () => void = silent;
  private consumer!: InboxConsumer;

  private constructor(
    private readonly publisher: KafkaPublisher,
    private readonly ingress: IngressPublisher,
    private readonly underWay: number,
  ) {}

  static async connect({ kafka: { brokers } }: LocalStack, underWay: number): Promise<SmsLoad> {
    const publisher = await KafkaPublisher.connect({ brokers, clientId: 'bench-smsc', log: NO_LOG });
    const load = new SmsLoad(publisher, new IngressPublisher('routing', publisher, randomUUID), underWay);
    load.consumer = await startInboxConsumer({
      brokers, service: 'routing', groupId: 'bench-smsc', clock: systemClock, log: NO_LOG, onStatus: silent,
      process: async (batches, session) => {
        for (const { records } of batches) for (const { value } of records) load.hear(value);
        await session.commit(new Map(batches.map(({ partition, records }) => [partition, (records.at(-1)?.offset ?? -1) + 1])));
      },
    });
    return load;
  }

  async run(messages: number): Promise<Pick<GatewayFigures, 'messages' | 'perSecond' | 'submitted' | 'delivered'>> {
    [this.submitted, this.delivered, this.asked, this.done, this.target] = [createHistogram(), createHistogram(), 0, 0, messages];
    const over = new Promise<void>((resolve) => (this.finished = resolve));
    const started = performance.now();
    for (let count = 0; count < Math.min(this.underWay, messages); count += 1) this.ask();
    await over;
    if (this.failure) throw this.failure;
    const seconds = (performance.now() - started) / 1000;
    return { messages, perSecond: messages / seconds, submitted: percentiles(this.submitted), delivered: percentiles(this.delivered) };
  }

  async close(): Promise<void> {
    await this.consumer.stop();
    await this.publisher.close();
  }

  private ask(): void {
    this.asked += 1;
    const [messageId, at] = [randomUUID(), Date.now()];
    this.flights.set(messageId, { at: performance.now(), submitted: false });
    this.ingress.publish(SubmitSms, {
      user: `tel:+${destinationOf(this.asked)}` as CpmAddress, messageId, sender: `tel:+${SENDER}` as CpmAddress,
      device: 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId, attempt: 1, text: TEXT, expiresAt: at + LIFE_MS, at,
    }).catch((error: unknown) => this.fail(error as Error));
  }

  private hear(value: string): void {
    const { type, data } = JSON.parse(value) as { type: string; data: SmsProgress };
    const flight = type === ceType(SmsProgress) ? this.flights.get(data.messageId) : undefined;
    if (!flight) return;
    const ms = performance.now() - flight.at;
    if (data.status === 'submitted') record(this.submitted, ms);
    else if (data.status === 'delivered') this.land(data.messageId, ms);
    else this.fail(new Error(`a text is ${data.status}: ${data.reason ?? 'no reason'}`));
  }

  private land(messageId: string, ms: number): void {
    this.flights.delete(messageId);
    record(this.delivered, ms);
    this.done += 1;
    if (this.asked < this.target) this.ask();
    else if (this.done === this.target) this.finished();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.finished();
  }
}
