import type { Decider } from './decider.js';
import { fold } from './decider.js';

/** `given(history).when(command).then(events)` for one decider. */
export function specFor<Command, State, Event>(decider: Decider<Command, State, Event>) {
  return (history: readonly Event[]) => ({
    when: (command: Command) => {
      const events = decider.decide(command, fold(decider, history));
      return {
        events,
        then: (expected: readonly Event[]) => expect(events).toEqual(expected),
        thenNothing: () => expect(events).toEqual([]),
        state: fold(decider, [...history, ...events]),
      };
    },
  });
}
