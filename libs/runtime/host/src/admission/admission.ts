import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { GovernedIntake } from '@cpm/http';
import { SERVICES, type ServiceName } from '@cpm/runtime-decider';
import type { Clock, InboxPosition } from '@cpm/runtime-ports';
import { BacklogAge } from './backlog-age.js';

interface HostedInbox {
  readonly service: ServiceName;
  /** The longest since it was last asked. */
  waitedMs(): number;
}

export interface AdmissionParts {
  readonly intake: GovernedIntake;
  /** Of the services that this process hosts. */
  readonly hosted: () => readonly HostedInbox[];
  /** Of the others the broker is asked. */
  readonly positions: (services: readonly ServiceName[]) => Promise<readonly InboxPosition[]>;
  readonly clock: Clock;
  /** Told when intake begins and ceases to be limited. */
  readonly changed: (isLimited: boolean, delayMs: number) => void;
}

const EVERY_MS = 250;
/** It takes some requests for each service: of a process that lets nothing in, the broker is asked more rarely … */
const BROKER_EVERY_MS = 500;
const IDLE_EVERY_MS = 2_000;
/** … and one that answers slowly is not asked all the time. */
const TIMES_ITS_ANSWER = 5;
const UNANSWERED_MS = 10_000;
const LOOP_RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

/** Tells the intake of a process how long accepted work waits: in the log for whoever carries it, or here for the event loop. */
export class Admission {
  private readonly age = new BacklogAge();
  private readonly loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;
  private backlogMs = 0;
  private answeredAt = 0;
  private admitted = 0;
  private askAgainAt = -Infinity;
  private wasLimited = false;

  constructor(private readonly parts: AdmissionParts) {}

  start(): void {
    this.loop.enable();
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.loop.disable();
    await this.running;
  }

  private async run(): Promise<void> {
    const { clock, intake, changed } = this.parts;
    for (;;) {
      await clock.sleep(EVERY_MS, this.stopped.signal).catch(() => undefined);
      if (this.stopped.signal.aborted) return;
      const hosted = this.parts.hosted();
      await this.askBroker(SERVICES.filter((service) => !hosted.some((one) => one.service === service)));
      const delayMs = Math.max(this.backlogMs, this.loopDelayMs(), ...hosted.map((one) => one.waitedMs()));
      intake.observe(delayMs);
      if (intake.isLimited !== this.wasLimited) changed(intake.isLimited, delayMs);
      this.wasLimited = intake.isLimited;
    }
  }

  /** Without an answer the last one stands for a while: what cannot be read cannot be written either, and that is told to each caller. */
  private async askBroker(elsewhere: readonly ServiceName[]): Promise<void> {
    const began = performance.now();
    if (elsewhere.length === 0 || began < this.askAgainAt) return;
    const { intake, positions } = this.parts;
    await positions(elsewhere).then((read) => {
      this.answeredAt = performance.now();
      this.backlogMs = this.age.observe(this.answeredAt, read);
    }, () => {
      if (performance.now() - this.answeredAt > UNANSWERED_MS) this.backlogMs = 0;
    });
    const now = performance.now();
    const isBusy = intake.counts.admitted !== this.admitted || intake.isLimited || this.backlogMs > 0;
    this.admitted = intake.counts.admitted;
    this.askAgainAt = now + Math.max(isBusy ? BROKER_EVERY_MS : IDLE_EVERY_MS, TIMES_ITS_ANSWER * (now - began));
  }

  private loopDelayMs(): number {
    const mean = this.loop.count === 0 ? 0 : this.loop.mean / NS_PER_MS - LOOP_RESOLUTION_MS;
    this.loop.reset();
    return Math.max(0, mean);
  }
}
