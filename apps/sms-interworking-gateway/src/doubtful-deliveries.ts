import { createHash } from 'node:crypto';

/** How long before the loss of a bind a delivery may have been acknowledged in vain. */
const UNSURE_MS = 10_000;
/** How long an SMSC waits at most before it delivers again. */
const REDELIVERY_MS = 300_000;
const KEPT = 10_000;

/** What is known of a delivery by its print. */
interface Delivery {
  /** When it came first, epoch ms. */
  readonly firstAt: number;
  /** When it was answered, or came into doubt, epoch ms. */
  readonly at: number;
}

/** When a delivery came, and since when the same may have been delivered before: absent where it was not. */
export interface Arrival {
  readonly at: number;
  readonly repeatsSince?: number;
}

interface UnderWay extends Pick<Delivery, 'firstAt'> {
  readonly bind: number;
  readonly print: string;
  isLost: boolean;
}

/** Deliveries that one SMSC may make again although the log has them: SMPP gives a handset's message no id to tell by. Of each only a hash is kept. */
export class DoubtfulDeliveries {
  readonly #underWay = new Set<UnderWay>();
  readonly #acknowledged = new Map<number, Map<string, Delivery>>();
  readonly #doubtful = new Map<string, Delivery>();

  constructor(private readonly now: () => number) {}

  /** Takes a delivery that came over this bind, as `log` ends. @throws what `log` throws */
  async take(bind: number, delivery: string, log: (arrival: Arrival) => Promise<void>): Promise<void> {
    const print = createHash('sha256').update(delivery).digest('base64');
    const at = this.now();
    const doubt = this.#doubtful.get(print);
    const repeatsSince = doubt && at < doubt.at + REDELIVERY_MS ? doubt.firstAt : undefined;
    const underWay: UnderWay = { bind, print, firstAt: repeatsSince ?? at, isLost: false };
    this.#underWay.add(underWay);
    try {
      await log({ at, ...(repeatsSince !== undefined && { repeatsSince }) });
      if (!underWay.isLost) this.#acknowledge(underWay);
    } catch (error) {
      this.#doubt(print, underWay.firstAt);
      throw error;
    } finally {
      this.#underWay.delete(underWay);
    }
  }

  /** What came over this bind and was answered last, or is not answered yet, comes again: over this bind or another. */
  bindLost(bind: number): void {
    const now = this.now();
    for (const [print, { firstAt, at }] of this.#acknowledged.get(bind) ?? []) if (now < at + UNSURE_MS) this.#doubt(print, firstAt);
    this.#acknowledged.delete(bind);
    for (const one of this.#underWay) {
      if (one.bind !== bind || one.isLost) continue;
      one.isLost = true;
      this.#doubt(one.print, one.firstAt);
    }
  }

  #acknowledge({ bind, print, firstAt }: UnderWay): void {
    this.#doubtful.delete(print);
    const acknowledged = this.#acknowledged.get(bind) ?? new Map<string, Delivery>();
    this.#acknowledged.set(bind, acknowledged);
    note(acknowledged, print, { firstAt, at: this.now() }, UNSURE_MS);
  }

  #doubt(print: string, firstAt: number): void {
    note(this.#doubtful, print, { firstAt, at: this.now() }, REDELIVERY_MS);
  }
}

/** The newest last, so that the oldest go first: those older than `lifeMs`, and those too many. */
function note(deliveries: Map<string, Delivery>, print: string, delivery: Delivery, lifeMs: number): void {
  deliveries.delete(print);
  deliveries.set(print, delivery);
  for (const [oldest, { at }] of deliveries) {
    if (deliveries.size <= KEPT && delivery.at < at + lifeMs) return;
    deliveries.delete(oldest);
  }
}
