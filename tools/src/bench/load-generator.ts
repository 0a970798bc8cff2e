import { createHistogram, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { percentiles, record } from './histogram.js';
import type { PhaseResult } from './load-protocol.js';
import { ProfileLoad } from './overload/profile-load.js';
import type { PlayedProfile, ProfilePhase } from './overload/profile-protocol.js';
import { connectPair, type Pair, provisionPair } from './pair.js';

const BODY = 'x'.repeat(200);
const DEVICES_PER_RECIPIENT = 3;
/** How long after the last submission a message may take before it counts as incomplete. */
const DRAIN_MS = 30_000;

interface Flight {
  readonly pair: number;
  readonly startedAt: number;
  pushes: number;
  reports: number;
}

/**
 * Pairs of users: the sender has one device, the recipient three on IP. Each message goes to three devices, each
 * acknowledges, one report comes back: only then a message counts as done.
 */
export class LoadGenerator {
  private pairs: Pair[] = [];
  private pool: Pool | undefined;
  private url = '';
  /** Hears of messages instead of the loops below while it plays. */
  private profile: ProfileLoad | undefined;
  private readonly flights = new Map<string, Flight>();
  private push = createHistogram();
  private report = createHistogram();
  private completed = 0;
  private refused = 0;
  private duplicateReports = 0;
  private sequence = 0;
  private readonly run = Date.now().toString(36);
  private onDone: (pair: number) => void = () => undefined;

  constructor(private readonly progress: (completed: number, inFlight: number) => void) {}

  async connect({ url, pairs }: { url: string; pairs: number }): Promise<void> {
    this.url = url;
    this.pool = new Pool(url, { connections: 64 });
    const pool = this.pool;
    const queue = Array.from({ length: pairs }, (_, index) => index);
    const worker = async () => {
      for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
        const number = index;
        const provisioned = await provisionPair(pool, number);
        this.pairs[number] = await connectPair(url, provisioned, { received: (id) => this.received(id), reported: (id) => this.reported(id), cut: () => this.profile?.cut() });
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }

  /** Each pair keeps `window` messages in flight, for a time or until a number of messages is sent. */
  async closedLoop(window: number, until: { seconds?: number; messages?: number }): Promise<PhaseResult> {
    this.reset();
    const started = performance.now();
    const end = until.seconds === undefined ? Infinity : started + until.seconds * 1000;
    let left = until.messages ?? Infinity;
    const next = (pair: number) => {
      if (performance.now() >= end || left <= 0) return;
      left -= 1;
      void this.submit(pair, performance.now());
    };
    this.onDone = next;
    for (let round = 0; round < window; round += 1) for (let pair = 0; pair < this.pairs.length; pair += 1) next(pair);
    const ticker = this.tick();
    while (performance.now() < end && (left > 0 || this.flights.size > 0)) await sleep(20);
    const seconds = (performance.now() - started) / 1000;
    const counted = this.completed;
    await this.drain();
    clearInterval(ticker);
    return this.result(counted, seconds);
  }

  /** Submissions at a rate, with exponential gaps; times count from when a submission was due, not from when it left. */
  async fixedRate(rate: number, seconds: number): Promise<PhaseResult> {
    this.reset();
    this.onDone = () => undefined;
    const started = performance.now();
    let due = started;
    let pair = 0;
    const ticker = this.tick();
    while (due < started + seconds * 1000) {
      const now = performance.now();
      while (due <= now) {
        void this.submit(pair, due);
        pair = (pair + 1) % this.pairs.length;
        due += (-Math.log(1 - Math.random()) * 1000) / rate;
      }
      await sleep(1);
    }
    const elapsed = (performance.now() - started) / 1000;
    await this.drain();
    clearInterval(ticker);
    return this.result(this.completed, elapsed);
  }

  /** Phases of an open loop without a pause between them. */
  async playProfile(phases: readonly ProfilePhase[]): Promise<PlayedProfile> {
    this.profile = new ProfileLoad(this.url, this.pairs, this.progress);
    return this.profile.play(phases).finally(() => (this.profile = undefined));
  }

  private async submit(pairIndex: number, startedAt: number): Promise<void> {
    const pair = this.pairs[pairIndex] as Pair;
    this.sequence += 1;
    const id = `${this.run}-${this.sequence}`;
    this.flights.set(id, { pair: pairIndex, startedAt, pushes: 0, reports: 0 });
    try {
      const { statusCode, body } = await (this.pool as Pool).request({
        method: 'POST', path: '/cpm/v1/messages', headers: pair.submitHeaders,
        body: `{"id":"${id}","to":["${pair.recipient}"],"contentType":"text/plain","body":"${BODY}","dispositionNotification":["positive-delivery"]}`,
      });
      if (statusCode !== 202) throw new Error(`${statusCode} ${await body.text()}`);
      await body.dump();
    } catch (error) {
      if (this.refused === 0) console.error(`first refused submission: ${(error as Error).message}`);
      this.refused += 1;
      this.flights.delete(id);
      await sleep(100);
      this.onDone(pairIndex);
    }
  }

  private received(id: string): void {
    if (this.profile) {
      this.profile.received(id);
      return;
    }
    const flight = this.flights.get(id);
    if (!flight) return;
    flight.pushes += 1;
    record(this.push, performance.now() - flight.startedAt);
    this.finish(id, flight);
  }

  private reported(id: string): void {
    if (this.profile) {
      this.profile.reported(id);
      return;
    }
    const flight = this.flights.get(id);
    if (!flight || flight.reports > 0) {
      this.duplicateReports += 1;
      return;
    }
    flight.reports += 1;
    record(this.report, performance.now() - flight.startedAt);
    this.finish(id, flight);
  }

  private finish(id: string, flight: Flight): void {
    if (flight.reports === 0 || flight.pushes < DEVICES_PER_RECIPIENT) return;
    this.flights.delete(id);
    this.completed += 1;
    this.onDone(flight.pair);
  }

  private async drain(): Promise<void> {
    this.onDone = () => undefined;
    const giveUp = performance.now() + DRAIN_MS;
    while (this.flights.size > 0 && performance.now() < giveUp) await sleep(20);
  }

  private reset(): void {
    this.flights.clear();
    this.push = createHistogram();
    this.report = createHistogram();
    this.completed = 0;
    this.refused = 0;
    this.duplicateReports = 0;
  }

  private tick(): NodeJS.Timeout {
    return setInterval(() => this.progress(this.completed, this.flights.size), 2000);
  }

  private result(messages: number, seconds: number): PhaseResult {
    return {
      messages, seconds, perSecond: messages / seconds, submitToPush: percentiles(this.push), submitToReport: percentiles(this.report),
      incomplete: this.flights.size, duplicateReports: this.duplicateReports, refused: this.refused,
    };
  }
}
