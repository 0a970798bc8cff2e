import {
  alphanumericAddress, e164Address, SmppServer, STATUS,
  type HandsetAvailability, type ReceivedCancel, type ReceivedSubmit, type SmppAddress, type SubmitAnswer,
} from '@cpm/smpp';
import { encodeSegment, planSms } from '@cpm/sms-text';
import { z } from 'zod';
import { BehaviourRules, type SmscBehaviour, type SmscBehaviourRule } from './behaviour.js';
import { DeliverQueue } from './deliver-queue.js';
import { HeldMessages } from './held-messages.js';
import { ReceivedMessages, type ReceivedMessage, type ReceivedSegment } from './received-messages.js';
import { receiptOf, wantsReceipt } from './receipt-text.js';

export const smscSimulatorOptions = z.object({
  /** 0 takes any free port. */
  port: z.number().int().min(0).max(65_535).default(0),
  host: z.string().default('127.0.0.1'),
  systemId: z.string().min(1).max(15).default('cpm'),
  password: z.string().max(64).default('cpm'),
  receiptDelayMs: z.number().int().min(0).default(100),
  /** Wait before a delivery that no client took is sent again. */
  redeliverMs: z.number().int().min(1).default(1_000),
});
export type SmscSimulatorOptions = z.input<typeof smscSimulatorOptions>;

/** A local SMSC for development and tests, spoken to over real SMPP. */
export interface SmscSimulator {
  /** `smpp://systemId:password@host:port`. */
  readonly url: string;
  /** Clients that are bound now. */
  boundClients(): number;
  /** Whole messages, oldest first, of one recipient or of all. */
  messages(to?: string): ReceivedMessage[];
  /** Every submit_sm, accepted or not, with the count that shows duplicates. */
  segments(to?: string): ReceivedSegment[];
  /** Sets how submissions are met from now on; `to` and `submissions` limit the rule. Throws ZodError. */
  configure(rule: SmscBehaviourRule): void;
  /** A handset sends a text. Throws SmsTextRefusedError for a text that cannot travel, RangeError for a bad number. */
  sendMessage(message: { from: string; to: string; text: string }): void;
  /** Tells all bound clients whether a handset can be reached. Throws RangeError for a bad number. */
  sendAlert(alert: { from: string; status: HandsetAvailability }): void;
  /** Closes every connection without a word; clients may come back. */
  disconnectClients(): void;
  /** Forgets what was received. */
  clear(): void;
  close(): Promise<void>;
}

/** Starts a simulator; it listens when the promise resolves. Rejects when the port is taken. */
export async function startSmscSimulator(options: SmscSimulatorOptions = {}): Promise<SmscSimulator> {
  const settings = smscSimulatorOptions.parse(options);
  const smsc = new Smsc(settings);
  const { port } = await smsc.server.listen();
  const { host, systemId, password } = settings;
  const url = `smpp://${encodeURIComponent(systemId)}:${encodeURIComponent(password)}@${host}:${port}`;
  return {
    url,
    boundClients: () => smsc.server.sessions().length,
    messages: (to) => smsc.received.messages(to),
    segments: (to) => smsc.received.segments(to),
    configure: (rule) => smsc.rules.add(rule),
    sendMessage: (message) => smsc.sendMessage(message),
    sendAlert: ({ from, status }) => {
      const handset = e164Address(from);
      for (const session of smsc.server.sessions()) session.alert(handset, status);
    },
    disconnectClients: () => smsc.server.sessions().forEach((session) => session.disconnect()),
    clear: () => {
      smsc.received.clear();
      smsc.held.clear();
    },
    close: () => smsc.close(),
  };
}

class Smsc {
  readonly received = new ReceivedMessages();
  readonly rules = new BehaviourRules();
  readonly server: SmppServer;
  readonly held = new HeldMessages();
  readonly #deliveries: DeliverQueue;
  #lastMessageId = 1_000_000_000n;
  #lastReference = 0;

  constructor(private readonly settings: z.output<typeof smscSimulatorOptions>) {
    this.#deliveries = new DeliverQueue(() => this.server, settings.redeliverMs);
    this.server = new SmppServer({
      host: settings.host,
      port: settings.port,
      authenticate: ({ systemId, password }) => this.#bindStatus(systemId, password),
      onSubmit: (submit) => this.#receive(submit),
      onCancel: (cancel) => this.#cancel(cancel),
      onBound: () => this.#deliveries.flush(),
    });
  }

  sendMessage({ from, to, text }: { from: string; to: string; text: string }): void {
    const plan = planSms(text);
    const parties = { source: addressOf(from), destination: addressOf(to) };
    this.#lastReference = (this.#lastReference + 1) % 256;
    plan.segments.forEach((_, index) => this.#deliveries.push({ ...parties, ...encodeSegment(plan, index, this.#lastReference) }));
  }

  async close(): Promise<void> {
    this.#deliveries.clear();
    await this.server.close();
    this.#deliveries.clear();
  }

  #bindStatus(systemId: string, password: string): number {
    if (systemId !== this.settings.systemId) return STATUS.invalidSystemId;
    return password === this.settings.password ? STATUS.ok : STATUS.invalidPassword;
  }

  #receive(submit: ReceivedSubmit): SubmitAnswer {
    const behaviour = this.rules.take(submit.destination.address);
    const submittedAt = new Date();
    const at = submittedAt.toISOString();
    const refusal = refusalOf(behaviour);
    if (refusal) {
      this.received.record(submit, { behaviour, at });
      return refusal;
    }
    const id = (this.#lastMessageId += 1n);
    this.received.record(submit, { behaviour, at, messageId: id.toString() });
    const news = { submit, behaviour, messageId: id.toString(), submittedAt };
    const idInResponse = behaviour.idForm === 'same' ? id.toString() : id.toString(16);
    if (behaviour.held) this.held.add(idInResponse, { ...news, doneAt: submittedAt });
    else if (wantsReceipt(submit, behaviour.outcome)) this.#queueReceipts(news);
    return behaviour.answer === 'no-response' ? { kind: 'silent' } : { kind: 'accept', messageId: idInResponse };
  }

  #cancel(cancel: ReceivedCancel): number {
    const { status, dropped } = this.held.cancel(cancel);
    if (dropped && wantsReceipt(dropped.submit, 'DELETED')) this.#queueReceipts({ ...dropped, behaviour: { ...dropped.behaviour, outcome: 'DELETED' } });
    return status;
  }

  #queueReceipts(news: { submit: ReceivedSubmit; behaviour: SmscBehaviour; messageId: string; submittedAt: Date }): void {
    const delayMs = news.behaviour.receiptOrder === 'before-response' ? 0 : this.settings.receiptDelayMs;
    const receipt = receiptOf({ ...news, doneAt: new Date(news.submittedAt.getTime() + delayMs) });
    for (let copy = 0; copy < news.behaviour.receiptCopies; copy += 1) {
      if (news.behaviour.receiptOrder === 'before-response') this.#deliveries.push(receipt);
      else this.#deliveries.pushAfter(delayMs, receipt);
    }
  }
}

function refusalOf({ answer, refuseStatus }: SmscBehaviour): SubmitAnswer | undefined {
  if (answer === 'throttle') return { kind: 'refuse', status: STATUS.throttled };
  if (answer === 'refuse') return { kind: 'refuse', status: refuseStatus };
  return answer === 'disconnect' ? { kind: 'disconnect' } : undefined;
}

/** A number, a short code of up to six digits, or a name. */
function addressOf(text: string): SmppAddress {
  if (/^\d{1,6}$/.test(text)) return { ton: 0, npi: 1, address: text };
  return /^\+?\d+$/.test(text) ? e164Address(text) : alphanumericAddress(text);
}
