/** How long before the loss of a bind a delivery may have been acknowledged in vain. */
const UNSURE_MS = 10_000;
/** How long an SMSC waits at most before it delivers again. */
const REDELIVERY_MS = 300_000;
const KEPT = 10_000;

/** Deliveries that an SMSC may make again although the log has them: SMPP gives a handset's message no id to tell by. */
export class DoubtfulDeliveries {
  readonly #acknowledged = new Map<string, number>();
  readonly #doubtful = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  /** This delivery may be one that was made before. */
  mayRepeat(delivery: string): boolean {
    const since = this.#doubtful.get(delivery);
    return since !== undefined && this.now() < since + REDELIVERY_MS;
  }

  /** It is answered as taken. */
  acknowledged(delivery: string): void {
    this.#doubtful.delete(delivery);
    note(this.#acknowledged, delivery, this.now());
  }

  /** It is answered as not taken, but the log may have it. */
  refused(delivery: string): void {
    note(this.#doubtful, delivery, this.now());
  }

  /** What was answered last may not have reached the SMSC. */
  bindLost(): void {
    const now = this.now();
    for (const [delivery, at] of this.#acknowledged) if (now < at + UNSURE_MS) note(this.#doubtful, delivery, now);
    this.#acknowledged.clear();
  }
}

/** The newest last, so that the oldest go first. */
function note(deliveries: Map<string, number>, delivery: string, at: number): void {
  deliveries.delete(delivery);
  deliveries.set(delivery, at);
  const [oldest] = deliveries.keys();
  if (deliveries.size > KEPT && oldest !== undefined) deliveries.delete(oldest);
}
