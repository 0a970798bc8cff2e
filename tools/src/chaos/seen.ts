import type { ChaosEvent, EventOf } from './history.js';

/** A whole history, to be asked for what it holds of one kind. */
export class Seen {
  readonly #byType = new Map<string, ChaosEvent[]>();
  readonly #submissions: ReadonlyMap<string, EventOf<'submitted'>>;

  constructor(readonly events: readonly ChaosEvent[]) {
    for (const event of events) {
      const known = this.#byType.get(event.is);
      if (known) known.push(event);
      else this.#byType.set(event.is, [event]);
    }
    this.#submissions = new Map(this.of('submitted').map((event) => [event.id, event]));
  }

  /** In the order in which they were seen. */
  of<Type extends ChaosEvent['is']>(type: Type): readonly EventOf<Type>[] {
    return (this.#byType.get(type) ?? []) as EventOf<Type>[];
  }

  submission(id: string): EventOf<'submitted'> | undefined {
    return this.#submissions.get(id);
  }

  /** Submissions that were answered with 202. */
  get accepted(): readonly EventOf<'submitted'>[] {
    return this.of('accepted').flatMap(({ id }) => this.#submissions.get(id) ?? []);
  }
}
