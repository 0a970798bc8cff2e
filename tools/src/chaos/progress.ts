import type { History } from './history.js';

const EVERY_MS = 3_000;

/** What is told every few seconds beside the history. */
export interface Gauges {
  /** What waits on the clients' side. */
  readonly waiting: () => number;
  /** Faults so far. */
  readonly faults: () => number;
}

/** Tells every few seconds how it goes. */
export class Progress {
  readonly #started = Date.now();
  readonly #timer = setInterval(() => this.#tick(), EVERY_MS);
  #accepted = 0;
  #received = 0;

  constructor(
    private readonly history: History,
    private readonly gauges: Gauges,
  ) {}

  tell(line: string): void {
    console.log(`${((Date.now() - this.#started) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { history } = this;
    const [accepted, received] = [history.count('accepted'), history.count('received')];
    const perSecond = (now: number, before: number) => ((now - before) / (EVERY_MS / 1_000)).toFixed(0).padStart(3);
    this.tell([
      `accepted ${perSecond(accepted, this.#accepted)}/s`, `received ${perSecond(received, this.#received)}/s`, `texts ${history.count('texted')}`, `in flight ${history.open}`,
      `waiting ${this.gauges.waiting()}`, `refused ${history.count('refused')}`, `faults ${this.gauges.faults()}`,
    ].join(', '));
    [this.#accepted, this.#received] = [accepted, received];
  }
}
