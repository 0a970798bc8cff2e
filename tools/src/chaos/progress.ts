import type { ChaosLoad } from './chaos-load.js';
import type { History } from './history.js';

const EVERY_MS = 3_000;

/** Tells every few seconds how it goes. */
export class Progress {
  readonly #started = Date.now();
  readonly #timer = setInterval(() => this.#tick(), EVERY_MS);
  #accepted = 0;
  #received = 0;

  constructor(
    private readonly history: History,
    private readonly load: ChaosLoad,
  ) {}

  tell(line: string): void {
    console.log(`${((Date.now() - this.#started) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const [accepted, received] = [this.history.count('accepted'), this.history.count('received')];
    const perSecond = (now: number, before: number) => ((now - before) / (EVERY_MS / 1_000)).toFixed(0).padStart(4);
    this.tell([
      `accepted ${perSecond(accepted, this.#accepted)}/s`, `received ${perSecond(received, this.#received)}/s`, `in flight ${this.history.open}`,
      `in outboxes ${this.load.waiting}`, `refused ${this.history.count('refused')}`, `processes ended ${this.history.count('ended')}`,
    ].join(', '));
    [this.#accepted, this.#received] = [accepted, received];
  }
}
