import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { GovernedIntake } from '@cpm/http';
import { SERVICES } from '@cpm/runtime-decider';
import type { Clock, InboxPosition } from '@cpm/runtime-ports';
import { BacklogAge } from './backlog-age.js';

export interface AdmissionParts {
  readonly intake: GovernedIntake;
  readonly positions: () => Promise<readonly InboxPosition[]>;
  readonly clock: Clock;
  /** Told when intake begins and ceases to be limited. */
  readonly changed: (isLimited: boolean, delayMs: number) => void;
}

const EVERY_MS = 250;
/** Of a process that lets nothing in, the broker is asked more rarely. */
const IDLE_EVERY_MS = 2_000;
const LOOP_RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

/** Tells the intake of a process how long accepted work waits: in the log for whoever carries it, or here for the event loop. */
export class Admission {
  private readonly age = new BacklogAge();
  private readonly loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;
  private backlogMs = 0;
  private admitted = 0;
  private askedAt = -Infinity;
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
      await this.askBroker();
      const delayMs = Math.max(this.backlogMs, this.loopDelayMs());
      intake.observe(delayMs);
      if (intake.isLimited !== this.wasLimited) changed(intake.isLimited, delayMs);
      this.wasLimited = intake.isLimited;
    }
  }

  /** Without an answer the last one stands: what cannot be read cannot be written either, and that is told to each caller. */
  private async askBroker(): Promise<void> {
    const { clock, intake, positions } = this.parts;
    const { admitted } = intake.counts;
    const isBusy = admitted !== this.admitted || intake.isLimited || this.backlogMs > 0;
    this.admitted = admitted;
    if (!isBusy && Math.abs(clock.now() - this.askedAt) < IDLE_EVERY_MS) return;
    this.askedAt = clock.now();
    await positions().then((read) => {
      this.backlogMs = this.age.observe(performance.now(), read);
    }, () => undefined);
  }

  private loopDelayMs(): number {
    const mean = this.loop.count === 0 ? 0 : this.loop.mean / NS_PER_MS - LOOP_RESOLUTION_MS;
    this.loop.reset();
    return Math.max(0, mean);
  }
}

/** The positions of all services: accepted work passes through most of them, wherever they run. */
export function ofAllServices(platform: { inboxPositions(services: typeof SERVICES): Promise<readonly InboxPosition[]> }): AdmissionParts['positions'] {
  return () => platform.inboxPositions(SERVICES);
}
