import { Inject, Injectable } from '@nestjs/common';
import { asksForVanished, goesWithFolder, scopeOf, type Box, type ObjectFilter, type ObjectRow } from '@cpm/domain-message-store-sync';
import type { DevicePrincipal } from '@cpm/http';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import { Boxes } from '../boxes.js';
import { notOneOf } from '../nms-error.js';
import { folderIn, unknownFolder } from '../references.js';
import { StoredObjects, type Stretch } from '../stored-objects.js';
import { creationCursorAt } from './criteria.js';
import { mongoFilter } from './mongo-filter.js';
import { cursorAt, filterOf, type ObjectQuery, type ListPlace } from './object-query.js';
import { beyond, placeOfRow, planOf, upTo } from './stretch.js';

/** The most rows that one call looks at: what it has not found by then is found by the next, with its cursor. */
const MAX_LOOKED_AT = 5_000;
/** Where a filter may find little, so many are looked at in one go. */
const WINDOW = 1_000;

/** `cursor`: there may be more. `creationCursor`: what came or went since can be searched by it. */
export interface FoundObjects {
  readonly rows: readonly ObjectRow[];
  readonly box: Box;
  readonly cursor?: string;
  readonly creationCursor: string;
}

@Injectable()
export class ObjectSearch {
  constructor(
    @Inject(StoredObjects) private readonly objects: StoredObjects,
    @Inject(Boxes) private readonly boxes: Boxes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** CPM-MLD-016: the objects that a device searches for, of those that its rules want. Throws 400 and 404 problems. */
  async find(caller: DevicePrincipal, query: ObjectQuery): Promise<FoundObjects> {
    // First the head: what changes from now on has a number above it.
    const box = await this.boxes.of(caller.user);
    const filter = withScope(filterOf(query.criteria), query, box, caller);
    assertRemembered(filter, box);
    const { stretch, rest } = planOf(caller.user, filter, query, box.folders);
    const condition = mongoFilter({ of: 'all', filters: rest }, box.folders);
    const { rows, after } = await this.walk({ stretch, condition, isCostly: rest.length > 0 }, query, this.viewOf(caller, box));
    return { rows, box, creationCursor: creationCursorAt(box.modSeq), ...(after && { cursor: cursorAt(query.order, after) }) };
  }

  private viewOf({ device }: DevicePrincipal, { syncRules: rules, folders, emptying }: Box): (row: ObjectRow) => boolean {
    const now = this.clock.now();
    return (row) => {
      if (!row.deleted && goesWithFolder(row, emptying)) return false;
      const scope = scopeOf(row, { device, rules, folders }, now);
      return scope === 'in' || (row.deleted && scope === 'left');
    };
  }

  /** One page, and where it ends unless nothing follows. */
  private async walk({ stretch, condition, isCostly }: Walk, { limit, after: from }: ObjectQuery, isWanted: (row: ObjectRow) => boolean): Promise<{ rows: ObjectRow[]; after?: ListPlace }> {
    const found: ObjectRow[] = [];
    let after = from;
    for (let looked = 0; looked < MAX_LOOKED_AT;) {
      const open = after ? beyond(stretch, after) : stretch;
      const wanted = limit + 1 - found.length;
      const end = isCostly ? await this.objects.keyAt(open, WINDOW) : undefined;
      const endPlace = end && placeOfRow(end, stretch);
      const rows = await this.objects.rows(endPlace ? upTo(open, endPlace) : open, condition, wanted);
      found.push(...rows.filter(isWanted));
      if (found.length > limit) return pageOf(found, limit, stretch);
      const last = rows.at(-1);
      looked += isCostly ? WINDOW : wanted;
      if (rows.length === wanted && last) after = placeOfRow(last, stretch);
      else if (endPlace) after = endPlace;
      else return { rows: found };
    }
    return { rows: found, ...(after && { after }) };
  }
}

interface Walk {
  readonly stretch: Stretch;
  readonly condition: ReturnType<typeof mongoFilter>;
  readonly isCostly: boolean;
}

function pageOf(found: readonly ObjectRow[], limit: number, stretch: Stretch): { rows: ObjectRow[]; after?: ListPlace } {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, ...(last && { after: placeOfRow(last, stretch) }) };
}

function withScope(filter: ObjectFilter, { scope, recursive }: ObjectQuery, { folders }: Box, { user }: DevicePrincipal): ObjectFilter {
  if (!scope) return filter;
  const folder = folderIn(scope, user, folders);
  if (folder === undefined) throw unknownFolder('selectionCriteria.searchScope');
  return { of: 'all', filters: [...(filter.of === 'all' ? filter.filters : [filter]), { of: 'folder', folder, recursive }] };
}

/** What vanished before the floor is forgotten: a list would not be whole. */
function assertRemembered(filter: ObjectFilter, { sweep, modSeq }: Box): void {
  const filters = filter.of === 'all' ? filter.filters : [];
  const isForgotten = asksForVanished(filter) && filters.some((one) => one.of === 'vanished' && (one.after < sweep.floor || one.after > modSeq));
  if (isForgotten) throw notOneOf('selectionCriteria.searchCriteria', [`a creationCursor from ${creationCursorAt(sweep.floor)} to ${creationCursorAt(modSeq)}`]);
}
