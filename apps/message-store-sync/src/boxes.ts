import { boxAggregate, EMPTY_BOX, type Box } from '@cpm/domain-message-store-sync';
import type { AggregateStore } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';

/** The heads of boxes, for reading. */
export class Boxes {
  constructor(private readonly store: Pick<AggregateStore, 'load'>) {}

  /** As a majority has acknowledged it; of a user without a box an empty one. */
  async of(user: CpmAddress): Promise<Box> {
    const [stored] = await this.store.load(boxAggregate.name, [user]);
    return { ...EMPTY_BOX, ...(stored?.state as Box | undefined) };
  }
}
