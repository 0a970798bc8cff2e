import type { World } from '../world.js';
import { Accounts } from './accounts.js';
import type { BoxWork } from './box-work.js';
import { Handsets } from './handset.js';
import type { SimulatedNetwork } from './network.js';
import type { FeatureOperation } from './operations.js';

/** Plays what may happen beside messages, sessions and files. */
export class Features {
  private readonly accounts: Accounts;
  private readonly handsets: Handsets;

  constructor(
    private readonly world: World,
    private readonly network: SimulatedNetwork,
    private readonly boxes: BoxWork,
  ) {
    this.accounts = new Accounts(world);
    this.handsets = new Handsets(world);
  }

  async play(operation: FeatureOperation): Promise<void> {
    switch (operation.op) {
      case 'account': case 'prefer':
        return this.accounts.play(operation);
      case 'evidence': case 'restate': case 'network':
        return this.network.play(operation);
      case 'policy':
        this.world.changePolicy(operation.change);
        return undefined;
      case 'box':
        return this.boxes.play(operation);
      case 'text':
        return this.handsets.play(operation);
    }
  }
}
