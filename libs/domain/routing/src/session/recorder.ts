import type { Instant } from '@cpm/vocabulary';

type Bare<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** A decision in the making: the events so far and the state they lead to, so that a later step sees what an earlier one did. */
export class Recorder<State, Event extends { readonly type: string; readonly at: Instant }> {
  private readonly recorded: Event[] = [];

  constructor(
    public state: State,
    readonly now: Instant,
    private readonly evolve: (state: State, event: Event) => State,
  ) {}

  record(event: Bare<Event>): void {
    const full = { ...event, at: this.now } as unknown as Event;
    this.recorded.push(full);
    this.state = this.evolve(this.state, full);
  }

  /** What happened; `nothing` where nothing did, because that something came is remembered. */
  conclude(nothing: Bare<Event>): readonly Event[] {
    if (this.recorded.length === 0) this.record(nothing);
    return this.recorded;
  }
}
