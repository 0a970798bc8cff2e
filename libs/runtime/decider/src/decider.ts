/**
 * A decision as data: what a command means in a state. Synchronous, total, without clock, random or I/O, so that
 * it can be replayed, simulated and tested by tables. Expected refusals are events with a reason; only a broken
 * invariant throws.
 */
export interface Decider<Command, State, Event> {
  readonly initial: State;
  decide(command: Command, state: State): readonly Event[];
  evolve(state: State, event: Event): State;
}

/** The state after a history of events. */
export function fold<State, Event>(decider: Pick<Decider<never, State, Event>, 'initial' | 'evolve'>, events: readonly Event[]): State {
  return events.reduce((state, event) => decider.evolve(state, event), decider.initial);
}

/** A part of a decision, from the state that the parts before it led to. */
export type DecisionStep<State, Event> = (state: State) => readonly Event[];

/** Puts a decision together of steps, each of which sees the events of those before it. */
export function concluding<State, Event>(evolve: (state: State, event: Event) => State) {
  return (state: State, ...steps: readonly DecisionStep<State, Event>[]): readonly Event[] => {
    const events: Event[] = [];
    let now = state;
    for (const step of steps) {
      const next = step(now);
      events.push(...next);
      now = next.reduce(evolve, now);
    }
    return events;
  };
}
