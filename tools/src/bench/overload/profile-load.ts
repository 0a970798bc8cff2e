import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { percentiles, record } from '../histogram.js';
import type { Pair } from '../pair.js';
import type { PlayedPhase, PlayedProfile, ProfilePhase } from './profile-protocol.js';
import { PhaseTally, type Count, type Tally } from './tally.js';

const BODY = 'x'.repeat(200);
const DEVICES_PER_RECIPIENT = 3;
const DRAIN_MS = 60_000;
/** What waits for an answer: more would measure the memory of this process. */
const MAX_OUTSTANDING = 5_000;
const CONNECTIONS = 256;

interface Flight {
  readonly dueAt: number;
  readonly tallies: readonly Tally[];
  pushes: number;
  hasReport: boolean;
}

/** Open loop: a message is due when it is due, whatever became of those before, and times count from then. */
export class ProfileLoad {
  private readonly pool: Pool;
  private readonly flights = new Map<string, Flight>();
  private readonly late = createHistogram();
  private readonly run = Date.now().toString(36);
  private sequence = 0;
  private outstanding = 0;
  private unsent = 0;
  private completed = 0;
  private duplicateReports = 0;
  private cutStreams = 0;
  private next = 0;

  constructor(
    url: string,
    private readonly pairs: readonly Pair[],
    private readonly progress: (completed: number, inFlight: number) => void,
  ) {
    this.pool = new Pool(url, { connections: CONNECTIONS });
  }

  async play(phases: readonly ProfilePhase[]): Promise<PlayedProfile> {
    const ticker = setInterval(() => this.progress(this.completed, this.flights.size), 5_000);
    const tallies: PhaseTally[] = [];
    let began = performance.now();
    for (const phase of phases) {
      const tally = new PhaseTally(phase.seconds, began);
      tallies.push(tally);
      await this.playPhase(phase, began, tally);
      began += phase.seconds * 1_000;
    }
    const giveUp = performance.now() + DRAIN_MS;
    while (this.flights.size > 0 && performance.now() < giveUp) await sleep(20);
    clearInterval(ticker);
    await this.pool.close();
    return {
      phases: phases.map((phase, at) => played(phase, tallies[at] as PhaseTally)),
      duplicateReports: this.duplicateReports, lateness: percentiles(this.late), unsent: this.unsent, cutStreams: this.cutStreams,
    };
  }

  received(id: string): void {
    const flight = this.flights.get(id);
    if (!flight) return;
    flight.pushes += 1;
    const ms = performance.now() - flight.dueAt;
    for (const tally of flight.tallies) tally.pushed(ms);
    this.finish(id, flight);
  }

  reported(id: string): void {
    const flight = this.flights.get(id);
    if (!flight || flight.hasReport) {
      this.duplicateReports += 1;
      return;
    }
    flight.hasReport = true;
    const ms = performance.now() - flight.dueAt;
    for (const tally of flight.tallies) tally.reported(ms);
    this.finish(id, flight);
  }

  cut(): void {
    this.cutStreams += 1;
  }

  private async playPhase({ rate, seconds, hot }: ProfilePhase, began: number, tally: PhaseTally): Promise<void> {
    const gap = () => (-Math.log(1 - Math.random()) * 1_000) / rate;
    const end = began + seconds * 1_000;
    for (let due = began + gap(); due < end;) {
      const now = performance.now();
      for (; due <= now && due < end; due += gap()) {
        record(this.late, now - due);
        const isHot = hot !== undefined && Math.random() < hot.share;
        const [sender, recipient] = this.usersOf(isHot ? hot.user : undefined);
        void this.submit({ sender, recipient, dueAt: due, tallies: tally.of(due, isHot) });
      }
      await sleep(1);
    }
    await sleep(Math.max(0, end - performance.now()));
  }

  /** The hot user is the first; the others take turns. */
  private usersOf(hot: 'sender' | 'recipient' | undefined): [Pair, Pair] {
    this.next = (this.next % (this.pairs.length - 1)) + 1;
    const [other, first] = [this.pairs[this.next] as Pair, this.pairs[0] as Pair];
    return [hot === 'sender' ? first : other, hot === 'recipient' ? first : other];
  }

  private async submit({ sender, recipient, dueAt, tallies }: { sender: Pair; recipient: Pair; dueAt: number; tallies: readonly Tally[] }): Promise<void> {
    const count = (what: Count) => {
      for (const tally of tallies) tally.counts[what] += 1;
    };
    count('due');
    if (this.outstanding >= MAX_OUTSTANDING) {
      this.unsent += 1;
      return;
    }
    this.sequence += 1;
    this.outstanding += 1;
    const id = `${this.run}-${this.sequence}`;
    const flight: Flight = { dueAt, tallies, pushes: 0, hasReport: false };
    this.flights.set(id, flight);
    const outcome = await this.outcomeOf(sender, recipient, id);
    this.outstanding -= 1;
    count(outcome);
    if (outcome !== 'accepted') this.flights.delete(id);
  }

  private async outcomeOf(sender: Pair, { recipient }: Pair, id: string): Promise<Count> {
    try {
      const { statusCode, body } = await this.pool.request({
        method: 'POST', path: '/cpm/v1/messages', headers: sender.submitHeaders,
        body: `{"id":"${id}","to":["${recipient}"],"contentType":"text/plain","body":"${BODY}","dispositionNotification":["positive-delivery"]}`,
      });
      await body.dump();
      if (statusCode === 202) return 'accepted';
      return statusCode === 503 ? 'overloaded' : statusCode === 429 ? 'overShare' : 'failed';
    } catch {
      return 'failed';
    }
  }

  private finish(id: string, flight: Flight): void {
    if (!flight.hasReport || flight.pushes < DEVICES_PER_RECIPIENT) return;
    this.flights.delete(id);
    this.completed += 1;
    for (const tally of flight.tallies) tally.counts.completed += 1;
  }
}

function played({ name, seconds, hot }: ProfilePhase, tally: PhaseTally): PlayedPhase {
  return { name, seconds, ...tally.whole.window, bySecond: tally.bySecond, ...(hot && { others: tally.others.window }) };
}
