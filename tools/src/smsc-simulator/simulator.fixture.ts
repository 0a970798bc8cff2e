import { setTimeout as pause } from 'node:timers/promises';
import { e164Address, npmSmppCodec, SmppTransceiver, type AlertNotification, type Deliver, type SubmitSm } from '@cpm/smpp';
import { encodeSegment, planSms } from '@cpm/sms-text';
import { startSmscSimulator, type SmscSimulator, type SmscSimulatorOptions } from './smsc-simulator.js';

export const ALICE = '+4915110000001';
export const BOB = '+4915110000002';

const cleanups: (() => Promise<void>)[] = [];

/** Closes what was opened, the newest first. */
export async function closeAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

export function closeLater(cleanup: () => Promise<void>): void {
  cleanups.push(cleanup);
}

export async function until<T>(look: () => T | undefined | false): Promise<T> {
  const deadline = Date.now() + 4_000;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`not seen: ${String(look)}`);
    await pause(2);
  }
}

export async function simulate(options: SmscSimulatorOptions = {}): Promise<SmscSimulator> {
  const simulator = await startSmscSimulator({ receiptDelayMs: 0, redeliverMs: 5, ...options });
  closeLater(() => simulator.close());
  return simulator;
}

const ORDERED: Readonly<Record<string, string>> = { submit_sm_resp: 'response', deliver_sm: 'receipt' };

/** A bound client that keeps what it is sent, with the order of responses and receipts on the wire: its own parts hear of them in an order of their own. */
export async function bind(simulator: SmscSimulator) {
  const delivered: Deliver[] = [];
  const alerts: AlertNotification[] = [];
  const order: string[] = [];
  const codec: typeof npmSmppCodec = {
    ...npmSmppCodec,
    decode: (frame) => {
      const pdu = npmSmppCodec.decode(frame);
      const what = ORDERED[pdu.command];
      if (what !== undefined) order.push(what);
      return pdu;
    },
  };
  const client = new SmppTransceiver({ url: simulator.url, responseTimeoutMs: 300, reconnect: { minMs: 10 }, codec });
  client.onDeliver((deliver) => Promise.resolve(void delivered.push(deliver)));
  client.onAlert((alert) => Promise.resolve(void alerts.push(alert)));
  client.start();
  closeLater(() => client.close());
  await until(() => client.state === 'bound');
  const submit = (submission: SubmitSm) => client.submit(submission);
  return { client, delivered, alerts, order, submit };
}

export function parts(text: string, { to = BOB, reference = 1, userMessageReference = 1 } = {}): SubmitSm[] {
  const plan = planSms(text);
  const parties = { source: e164Address(ALICE), destination: e164Address(to), registeredDelivery: 1, userMessageReference };
  return plan.segments.map((_, index) => ({ ...parties, ...encodeSegment(plan, index, reference) }));
}

export const one = (text: string, options = {}) => parts(text, options)[0] as SubmitSm;
