/** Kinds of requests that do not take each other's places: `work` gives way to `other` (answers, reads), operators always have some of their own. */
export type Lane = 'work' | 'other' | 'transfer' | 'operator';

export interface PlaceLimits {
  /** Requests that are not answered yet. */
  readonly requests: number;
  /** Bytes of the bodies of those requests, as declared. */
  readonly bodyBytes: number;
}

const OPERATOR_PLACES = 64;

/** How many requests of each lane are under way, and how much their bodies may take: what no place is left for is refused before its body is read. */
export class RequestPlaces {
  private readonly taken: Record<Lane, number> = { work: 0, other: 0, transfer: 0, operator: 0 };
  private bytes = 0;

  constructor(private readonly limits: PlaceLimits) {}

  /** Undefined when there is no place; otherwise to be called once when the request is answered or gone. */
  enter(lane: Lane, bodyBytes: number): (() => void) | undefined {
    if (this.taken[lane] >= this.placesOf(lane)) return undefined;
    if (lane !== 'operator' && this.bytes + bodyBytes > this.limits.bodyBytes) return undefined;
    this.taken[lane] += 1;
    this.bytes += bodyBytes;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.taken[lane] -= 1;
      this.bytes -= bodyBytes;
    };
  }

  private placesOf(lane: Lane): number {
    const { requests } = this.limits;
    if (lane === 'operator') return OPERATOR_PLACES;
    return lane === 'other' ? requests : Math.ceil(requests / 2);
  }
}
