import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@cpm/runtime-host';
import { InMemoryStore } from '@cpm/runtime-ports';
import { SmppServer, STATUS, type ReceivedCancel, type ReceivedSubmit, type SmppServerOptions, type SubmitAnswer } from '@cpm/smpp';
import { Registry } from 'prom-client';
import { gatewayConfig } from '../gateway-config.js';
import { GatewayMetrics } from '../gateway-metrics.js';
import { SmscGateway } from '../smsc-gateway.js';
import { InMemorySmsReferences } from './in-memory-sms-references.js';
import { InMemoryUcnLinks } from './in-memory-ucn-links.js';
import { RecordedIngress } from './recorded-ingress.js';
import { untilWithin } from './until.js';

export const ALICE = 'tel:+4915110000001';
export const BOB = 'tel:+4915110000002';

const cleanups: (() => Promise<void> | void)[] = [];

/** Closes what was opened, the newest first. */
export async function closeAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** `limitMs` covers the breaker's wait and a reconnection. */
export const until = untilWithin(9_000);

/** An SMSC on a socket of its own; its message ids begin with its name. */
export class TestSmsc {
  readonly submitted: ReceivedSubmit[] = [];
  readonly cancelled: ReceivedCancel[] = [];
  answer: (submit: ReceivedSubmit, at: number) => SubmitAnswer | Promise<SubmitAnswer>;
  cancelStatus: number = STATUS.ok;
  #server: SmppServer | undefined;
  port = 0;

  constructor(
    readonly id: string,
    private readonly options: Partial<SmppServerOptions> = {},
  ) {
    this.answer = (_, at) => ({ kind: 'accept', messageId: `${id}-${at}` });
  }

  get binds(): number {
    return this.#server?.sessions().length ?? 0;
  }

  get server(): SmppServer {
    if (!this.#server) throw new Error(`${this.id} is down`);
    return this.#server;
  }

  async up(): Promise<this> {
    const server = new SmppServer({
      port: this.port, authenticate: ({ password }) => (password === 'geheim' ? STATUS.ok : STATUS.invalidPassword),
      onSubmit: (submit) => this.answer(submit, this.submitted.push(submit)),
      onCancel: (cancel) => (this.cancelled.push(cancel), this.cancelStatus),
      ...this.options,
    });
    this.#server = server;
    this.port = (await server.listen()).port;
    cleanups.push(() => this.down());
    return this;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  settings(more: Record<string, unknown> = {}): Record<string, unknown> {
    return { id: this.id, addresses: [{ host: '127.0.0.1', port: this.port }], systemId: 'cpm', passwordEnv: 'CPM_TEST_SMSC_PASSWORD', ratePerSec: null, ...more };
  }
}

/** A gateway with these SMSCs, bound to all that are up. */
export async function gatewayWith(smscs: readonly Record<string, unknown>[], bound: () => boolean) {
  const directory = mkdtempSync(join(tmpdir(), 'smscs-'));
  const path = join(directory, 'smscs.json');
  writeFileSync(path, JSON.stringify({ smscs }));
  process.env['CPM_TEST_SMSC_PASSWORD'] = 'geheim';
  const [ingress, registry, references] = [new RecordedIngress(), new Registry(), new InMemorySmsReferences()];
  const gateway = new SmscGateway({
    config: gatewayConfig.parse({ SMS_UNKNOWN_GRACE_MS: '0', SMSC_CONFIG: path }), references, links: new InMemoryUcnLinks(), ingress, store: new InMemoryStore(), clock: systemClock,
    metrics: new GatewayMetrics(registry),
  });
  rmSync(directory, { recursive: true });
  gateway.onApplicationBootstrap();
  const closed = { done: false };
  const close = async () => {
    if (!closed.done) await gateway.beforeApplicationShutdown();
    closed.done = true;
  };
  cleanups.push(close);
  await until(bound);
  const metric = async (name: string, labels: string) => {
    const line = (await registry.getSingleMetricAsString(name)).split('\n').find((one) => one.startsWith(`${name}${labels} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return { ingress, registry, references, metric, close, submit: (input: unknown) => gateway.effects['submit-sms']?.([input]), cancel: (input: unknown) => gateway.effects['cancel-sms']?.([input]) };
}

let texts = 0;

export function text(more: Record<string, unknown> = {}): Record<string, unknown> {
  texts += 1;
  return { user: BOB, smsId: `${BOB}|m${texts}`, attempt: 1, sender: ALICE, text: 'Hello', expiresAt: Date.now() + 3_600_000, beginBy: Date.now() + 45_000, mayRepeat: false, form: 'SMS', ...more };
}
