export interface SaidDisposition {
  readonly id: string;
  readonly status: 'delivered' | 'displayed';
}

/** Dispositions said on the stream that the server has not confirmed to have kept: said again after a reconnection. */
export class SaidDispositions {
  private readonly unconfirmed = new Map<string, { readonly disposition: SaidDisposition; readonly ping: number }>();

  get size(): number {
    return this.unconfirmed.size;
  }

  /** `ping` is the number of the last ping before it was said. */
  add(disposition: SaidDisposition, ping: number): void {
    this.unconfirmed.set(keyOf(disposition), { disposition, ping });
  }

  /** Everything said before this ping is kept. */
  confirmed(ping: number): void {
    for (const [key, said] of this.unconfirmed) if (said.ping < ping) this.unconfirmed.delete(key);
  }

  /** It was not kept: no ping said before confirms it. */
  keep(disposition: SaidDisposition): void {
    this.add(disposition, Number.POSITIVE_INFINITY);
  }

  refused(disposition: SaidDisposition): void {
    this.unconfirmed.delete(keyOf(disposition));
  }

  all(): readonly SaidDisposition[] {
    return [...this.unconfirmed.values()].map(({ disposition }) => disposition);
  }
}

function keyOf({ id, status }: SaidDisposition): string {
  return `${status}|${id}`;
}
