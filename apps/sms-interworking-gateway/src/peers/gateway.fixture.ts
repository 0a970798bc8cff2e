import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SmsProgress, SubmitSms } from '@cpm/contracts-sms-interworking-gateway';
import { ceType, inboxOf } from '@cpm/runtime-decider';
import { bootstrap, InMemoryPlatform, type ClosablePublisher, type RunningHost } from '@cpm/runtime-host';
import { entranceForTests, tell, testIdentityProvider, type TestIdentityProvider } from '@cpm/runtime-host/testing';
import { connectMongo } from '@cpm/runtime-mongo';
import type { OutgoingRecord } from '@cpm/runtime-ports';
import type { MongoService } from '@cpm/testing-containers';
import type { SmscPeer } from '@cpm/testing-smsc-peers';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { SmsInterworkingGatewayModule } from '../sms-interworking-gateway.module.js';

const ALICE = 'tel:+4915110000001' as CpmAddress;
const PHONE = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
const LIFE_MS = 600_000;

/** nestjs-pino keeps the first logger of a process for what is logged outside requests, so all gateways of a file log here: for the newest of them. */
let loggedByNewest: string[] = [];
const logOutput = { write: (line: string) => void loggedByNewest.push(line) };

/** The platform in memory with a real database beside it; `heard` is told of what leaves for routing. */
class ObservedPlatform extends InMemoryPlatform {
  constructor(
    readonly connection: Connection,
    private readonly heard: (record: OutgoingRecord) => void,
  ) {
    super();
  }

  override async publisher(): Promise<ClosablePublisher> {
    const publisher = await super.publisher();
    return {
      ...publisher,
      publish: async (records) => {
        await publisher.publish(records);
        for (const record of records) if (record.topic === inboxOf('routing')) this.heard(record);
      },
    };
  }
}

export interface SmsText {
  readonly to: string;
  readonly text?: string;
  readonly messageId?: string;
  readonly attempt?: number;
}

/** The whole service as it runs, with its events in memory: what routing asks of it goes in, what routing is told comes out. */
export class GatewayUnderTest {
  /** What routing was told, by message: `status` of the first attempt, `attempt:status` of later ones. */
  readonly told = new Map<string, string[]>();
  /** Called for each of them. */
  onProgress: (progress: SmsProgress) => void = () => undefined;
  private readonly logged: string[] = [];

  private constructor(
    private readonly identity: TestIdentityProvider,
    private readonly connection: Connection,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {}

  private host!: RunningHost;

  /** `settings` are further variables of the gateway's environment. */
  static async start(mongo: MongoService, smppUrl: string, settings: Readonly<Record<string, string>> = {}): Promise<GatewayUnderTest> {
    const identity = await testIdentityProvider();
    const connection = await connectMongo(mongo.uri, { driver: { dbName: `peers-${randomUUID().slice(0, 8)}` } });
    const before = Object.fromEntries(Object.keys(settings).map((name) => [name, process.env[name]]));
    Object.assign(process.env, settings);
    const gateway = new GatewayUnderTest(identity, connection, before);
    const config = entranceForTests(identity.jwksUrl, { LOG_LEVEL: 'debug', SMPP_URL: smppUrl });
    const platform = new ObservedPlatform(connection, (record) => gateway.hear(record));
    loggedByNewest = gateway.logged;
    gateway.host = await bootstrap([SmsInterworkingGatewayModule], config, { platform, logOutput });
    return gateway;
  }

  /** Resolves with the message's id. */
  async submit({ to, text = 'Hello', messageId = randomUUID(), attempt = 1 }: SmsText): Promise<string> {
    const at = Date.now();
    await tell(this.host, SubmitSms, { user: `tel:+${to}` as CpmAddress, messageId, sender: ALICE, device: PHONE, attempt, text, expiresAt: at + LIFE_MS, at });
    return messageId;
  }

  toldOf(messageId: string): readonly string[] {
    return this.told.get(messageId) ?? [];
  }

  /** Sum of the samples of a metric that carry this label; 0 while there are none. */
  async metric(name: string, label = ''): Promise<number> {
    const text = await (await fetch(`${this.host.url}/metrics`)).text();
    return text.split('\n')
      .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  async bound(): Promise<void> {
    await until(async () => (await this.metric('cpm_smpp_bound')) === 1);
  }

  /** Log lines of what happened on the link. */
  linkEvents(): { readonly smpp: string; readonly reason?: string; readonly code?: string; readonly status?: number; readonly delayMs?: number }[] {
    return this.logged.map((line) => JSON.parse(line)).filter((line) => 'smpp' in line);
  }

  async stop(): Promise<void> {
    await this.host.close();
    for (const [name, value] of Object.entries(this.environment)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    await this.connection.dropDatabase();
    await this.connection.close();
    await this.identity.forget();
  }

  private hear({ value }: OutgoingRecord): void {
    const { type, data } = JSON.parse(value) as { type: string; data: unknown };
    if (type !== ceType(SmsProgress)) return;
    const progress = SmsProgress.schema.parse(data);
    const status = progress.attempt === 1 ? progress.status : `${progress.attempt}:${progress.status}`;
    this.told.set(progress.messageId, [...this.toldOf(progress.messageId), status]);
    this.onProgress(progress);
  }
}

/** Resolves once the condition is true; when it does not become so, the error ends with what the peer printed last. */
export async function until(condition: () => boolean | Promise<boolean>, { withinMs = 20_000, peer }: { readonly withinMs?: number; readonly peer?: SmscPeer } = {}): Promise<void> {
  for (const deadline = Date.now() + withinMs; !(await condition());) {
    if (Date.now() > deadline) throw new Error(`${String(condition)} did not come true within ${withinMs} ms${peer ? `; the peer says:\n${(await readFile(peer.logPath, 'utf8')).slice(-2_000)}` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let numbers = 0;

/** A number that nobody had before, with these last digits. */
export function number(lastDigits = '0000'): string {
  numbers += 1;
  return `49160${String(numbers).padStart(5, '0')}${lastDigits}`;
}
