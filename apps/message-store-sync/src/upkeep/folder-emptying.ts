import { FolderEmptied, UpdateObjects } from '@cpm/contracts-message-store-sync';
import { isMade, type EmptyingInput } from '@cpm/domain-message-store-sync';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import type { UpkeepRows, Place } from './upkeep-rows.js';

/** The most objects that one event removes. */
export const REMOVED_AT_ONCE = 500;

/** Removes what was in a removed folder, then says that it is empty. */
export class FolderEmptying {
  constructor(
    private readonly rows: UpkeepRows,
    private readonly ingress: Ingress,
    private readonly clock: Clock,
  ) {}

  async run(input: EmptyingInput): Promise<void> {
    const user = input.user as CpmAddress;
    const { folder, upTo } = input;
    // Nothing comes into a made folder once it is gone; a conversation may go on.
    const born = isMade(folder) ? Infinity : upTo;
    let after: Place | undefined;
    do {
      const found = await this.rows.inFolder(user, folder, { bornUpTo: born, after, limit: REMOVED_AT_ONCE });
      const [first] = found;
      if (first) {
        const objects = found.map(({ oid: objectId }) => ({ objectId, remove: 'deleted' as const }));
        await this.ingress.publish(UpdateObjects, { user, commandId: `emptying|${folder}|${upTo}|${first.oid}`, objects, at: this.clock.now() });
      }
      after = found.length === REMOVED_AT_ONCE ? found.at(-1) : undefined;
    } while (after);
    await this.ingress.publish(FolderEmptied, { user, folder, upTo, at: this.clock.now() });
  }
}
