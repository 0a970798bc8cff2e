import { BoxSwept, UpdateObjects } from '@cpm/contracts-message-store-sync';
import type { SweepCutoff, SweepInput, Usage } from '@cpm/domain-message-store-sync';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Boxes } from '../boxes.js';
import { REMOVED_AT_ONCE } from './folder-emptying.js';
import type { UpkeepObject, UpkeepRows, Place } from './upkeep-rows.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Of 500 objects: what one sweep removes; more is left to the next one. */
const REMOVALS_PER_SWEEP = 20;
const TOMBSTONES_AT_ONCE = 500;
/** A box that is nearly full is swept each hour, and not for each object that comes. */
const NEARLY_FULL = 0.99;

interface Swept {
  readonly left: Usage;
  readonly removed: number;
  /** Of the last object removed. */
  readonly place: Place | undefined;
  readonly hasMore: boolean;
}

/** Removes what is too old or too much in a box, oldest first, and says what is left and when that is worth while again. */
export class BoxSweep {
  constructor(
    private readonly rows: UpkeepRows,
    private readonly boxes: Boxes,
    private readonly ingress: Ingress,
    private readonly clock: Clock,
  ) {}

  async run({ user: owner, number, cutoff }: SweepInput): Promise<void> {
    const user = owner as CpmAddress;
    // Begun again while it waited for its turn: were it made all the same, a queue that is long once would only grow.
    const { sweep } = await this.boxes.of(user);
    if (sweep.number !== number || !sweep.running) return;
    const tombstones = await this.rows.tombstones(user, cutoff.forgetBefore, TOMBSTONES_AT_ONCE);
    const swept = await this.remove(user, number, cutoff);
    const now = this.clock.now();
    const hasMore = swept.hasMore || tombstones.length === TOMBSTONES_AT_ONCE;
    const nextAt = hasMore ? now : await this.nextAt(user, swept, cutoff);
    await this.ingress.publish(BoxSwept, { user, sweep: number, tombstones, usage: swept.left, ...(nextAt !== undefined && { nextAt }), at: now });
  }

  private async remove(user: CpmAddress, number: number, cutoff: SweepCutoff): Promise<Swept> {
    let left = await this.rows.usage(user);
    let [removed, hasMore]: [number, boolean] = [0, true];
    let place: Place | undefined;
    for (let turn = 0; hasMore && turn < REMOVALS_PER_SWEEP; turn += 1) {
      const { gone, rest } = goneOf(await this.rows.oldest(user, place, REMOVED_AT_ONCE), left, cutoff);
      const [first] = gone;
      if (first) {
        const objects = gone.map(({ oid: objectId }) => ({ objectId, remove: 'expired' as const }));
        await this.ingress.publish(UpdateObjects, { user, commandId: `sweep|${number}|${first.oid}`, objects, at: this.clock.now() });
      }
      [left, removed, place, hasMore] = [rest, removed + gone.length, gone.at(-1) ?? place, gone.length === REMOVED_AT_ONCE];
    }
    return { left, removed, place, hasMore };
  }

  /** The first of: an object or a tombstone that is too old, the count of what users remove themselves. Undefined when nothing is there. */
  private async nextAt(user: CpmAddress, { left, removed, place }: Swept, cutoff: SweepCutoff): Promise<number | undefined> {
    const now = this.clock.now();
    const [[oldest], tombstone] = await Promise.all([this.rows.oldest(user, place, 1), this.rows.firstTombstone(user, cutoff.forgetBefore)]);
    const forgetting = cutoff.tombstoneDays * DAY_MS;
    const times = [
      ...(oldest && cutoff.retentionDays > 0 ? [oldest.date + cutoff.retentionDays * DAY_MS] : []),
      ...(tombstone === undefined ? [] : [tombstone + forgetting]),
      ...(left.objects > 0 || removed > 0 ? [now + forgetting] : []),
      ...(left.objects >= cutoff.maxObjects * NEARLY_FULL || left.bytes >= cutoff.maxBytes * NEARLY_FULL ? [now + HOUR_MS] : []),
    ];
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

/** Of the oldest objects those that go, and what is in the box without them. */
function goneOf(oldest: readonly UpkeepObject[], usage: Usage, { before, maxObjects, maxBytes }: SweepCutoff): { readonly gone: readonly UpkeepObject[]; readonly rest: Usage } {
  let { objects, bytes } = usage;
  const stays = oldest.findIndex(({ date, size }) => {
    if ((before === null || date >= before) && objects <= maxObjects && bytes <= maxBytes) return true;
    [objects, bytes] = [objects - 1, bytes - size];
    return false;
  });
  return { gone: stays < 0 ? oldest : oldest.slice(0, stays), rest: { objects: Math.max(0, objects), bytes: Math.max(0, bytes) } };
}
