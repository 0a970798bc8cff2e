import { boxAggregate, EMPTY_BOX, syncLimitsOf, underPolicy, wholeBox, type Box } from '@cpm/domain-message-store-sync';
import type { AggregateStore } from '@cpm/runtime-ports';
import type { CpmAddress, Policy } from '@cpm/vocabulary';

/** The heads of boxes, for reading. */
export class Boxes {
  constructor(
    private readonly store: Pick<AggregateStore, 'load'>,
    private readonly policy: { current(): Policy },
  ) {}

  /** As a majority has acknowledged it, with the rules that are in force; of a user without a box an empty one. */
  async of(user: CpmAddress): Promise<Box> {
    const [stored] = await this.store.load(boxAggregate.name, [user]);
    return underPolicy(stored ? wholeBox(stored.state as Box) : EMPTY_BOX, syncLimitsOf(this.policy.current()));
  }
}
