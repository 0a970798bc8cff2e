import { createHistogram, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'undici';
import { signToken } from '../dev-tokens/dev-tokens.js';
import { percentiles, record } from './histogram.js';
import type { Percentiles } from './load-protocol.js';
import { openStream, put, urn } from './pair.js';

/** What a group did in a time. Latencies in ms, from the submission. */
export interface GroupFigures {
  readonly messages: number;
  readonly seconds: number;
  /** To one recipient. */
  readonly submitToPush: Percentiles;
  /** Until the last recipient has it and is reported. */
  readonly submitToAll: Percentiles;
  readonly incomplete: number;
  readonly duplicateReports: number;
}

interface Flight {
  readonly startedAt: number;
  pushes: number;
  readonly reported: Set<string>;
}

const BODY = 'x'.repeat(200);
const DRAIN_MS = 60_000;
const JOIN_LIMIT_MS = 60_000;
const WORKERS = 8;

/** One group whose members have one device each, on IP, that answers by itself and acknowledges; its creator says something, again and again. */
export class GroupLoad {
  private readonly flights = new Map<string, Flight>();
  private push = createHistogram();
  private all = createHistogram();
  private joined = 0;
  private completed = 0;
  private duplicateReports = 0;
  private sequence = 0;
  private sessionId = '';
  private headers: Record<string, string> = {};

  constructor(
    private readonly pool: Pool,
    private readonly url: string,
    private readonly size: number,
  ) {}

  /** Provisions and connects everybody and waits until all are in. */
  async gather(series: number): Promise<void> {
    const members = Array.from({ length: this.size }, (_, index) => `tel:+49${series}${1_000_000 + index}`);
    const queue = [...members.entries()];
    const worker = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await this.enrol(next[1], next[0] === 0);
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    this.sessionId = `g-${series}-${Date.now()}`;
    await this.post('/cpm/v1/sessions', { id: this.sessionId, to: members.slice(1), kind: 'closed-group' });
    const giveUp = performance.now() + JOIN_LIMIT_MS;
    while (this.joined < this.size - 1) {
      if (performance.now() > giveUp) throw new Error(`${this.joined} of ${this.size - 1} members joined within ${JOIN_LIMIT_MS / 1000} s`);
      await sleep(20);
    }
  }

  /** Keeps `window` messages under way for a time. */
  async measure(seconds: number, window: number): Promise<GroupFigures> {
    this.push = createHistogram();
    this.all = createHistogram();
    this.completed = 0;
    const started = performance.now();
    const end = started + seconds * 1000;
    while (performance.now() < end) {
      while (this.flights.size < window) void this.say();
      await sleep(1);
    }
    const elapsed = (performance.now() - started) / 1000;
    const messages = this.completed;
    const giveUp = performance.now() + DRAIN_MS;
    while (this.flights.size > 0 && performance.now() < giveUp) await sleep(20);
    return { messages, seconds: elapsed, submitToPush: percentiles(this.push), submitToAll: percentiles(this.all), incomplete: this.flights.size, duplicateReports: this.duplicateReports };
  }

  private async enrol(user: string, isCreator: boolean): Promise<void> {
    const operator = await signToken({ user: 'tel:+4900000000', scope: 'operator', ttlSec: 3600 });
    const id = urn();
    await put(this.pool, `/admin/v1/subscribers/${encodeURIComponent(user)}`, operator, { primaryDevice: { id } });
    const token = await signToken({ user, device: id, scope: 'device', ttlSec: 7200 });
    await put(this.pool, `/cpm/v1/devices/${encodeURIComponent(id)}`, token, { name: 'device', autoAnswer: { session: true } });
    if (isCreator) this.headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    await openStream(this.url, token, (socket, text) => {
      const { cursor, type, data } = JSON.parse(text) as { cursor: string; type: string; data: { id: string; messageId: string; recipient: string } };
      if (type === 'session.message') {
        socket.send(`{"disposition":{"id":"${data.id}","status":"delivered"}}`);
        this.received(data.id);
      } else if (type === 'session.established' && !isCreator) this.joined += 1;
      else if (type === 'disposition' && isCreator) this.reported(data.messageId, data.recipient);
      if (Number(cursor) % 50 === 0) socket.send(`{"ack":"${cursor}"}`);
    });
  }

  private async say(): Promise<void> {
    this.sequence += 1;
    const id = `${this.sessionId}-${this.sequence}`;
    this.flights.set(id, { startedAt: performance.now(), pushes: 0, reported: new Set() });
    await this.post(`/cpm/v1/sessions/${this.sessionId}/messages`, { id, contentType: 'text/plain', body: BODY, dispositionNotification: ['positive-delivery'] });
  }

  private async post(path: string, body: unknown): Promise<void> {
    const answer = await this.pool.request({ method: 'POST', path, headers: this.headers, body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode !== 202) throw new Error(`POST ${path}: ${answer.statusCode} ${text}`);
  }

  private received(id: string): void {
    const flight = this.flights.get(id);
    if (!flight) return;
    flight.pushes += 1;
    record(this.push, performance.now() - flight.startedAt);
    this.finish(id, flight);
  }

  private reported(id: string, recipient: string): void {
    const flight = this.flights.get(id);
    if (!flight || flight.reported.has(recipient)) {
      this.duplicateReports += 1;
      return;
    }
    flight.reported.add(recipient);
    this.finish(id, flight);
  }

  private finish(id: string, { startedAt, pushes, reported }: Flight): void {
    if (pushes < this.size - 1 || reported.size < this.size - 1) return;
    this.flights.delete(id);
    this.completed += 1;
    record(this.all, performance.now() - startedAt);
  }
}
