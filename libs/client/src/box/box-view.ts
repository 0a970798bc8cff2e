import { SEEN } from '../nms/flags.js';
import type { LocalTables } from '../store/local-tables.js';
import type { StoredObject } from '../store/stored.js';
import { foldersSeen, newDrafts, ownOperations, seenByUser, type BoxFolder } from '../sync/local-view.js';
import { awaitedRefs, refOf } from '../ucn/ucn-state.js';
import { boxObject, isForReading, newestFirst, unsentObject, type BoxObject } from './box-object.js';

/** The box as its user sees it, made anew when it is read after a change. */
export class BoxView {
  private read: { readonly objects: readonly BoxObject[]; readonly folders: ReadonlyMap<string, BoxFolder> } | undefined;

  /** Most objects are the same after a change. */
  private readonly made = new WeakMap<StoredObject, BoxObject>();

  constructor(
    private readonly tables: LocalTables,
    private readonly user: string,
  ) {}

  changed(): void {
    this.read = undefined;
  }

  /** Newest first. */
  get objects(): readonly BoxObject[] {
    return this.current().objects;
  }

  get folders(): readonly BoxFolder[] {
    return [...this.current().folders.values()];
  }

  private current(): NonNullable<BoxView['read']> {
    if (this.read) return this.read;
    const { objects, pending, folders: stored, unsent, ucns } = this.tables;
    const folders = foldersSeen(stored.values(), pending);
    const own = ownOperations(pending);
    // A notification stands for its original until all of that is here, but takes away nothing that its user has read.
    const stoodFor = awaitedRefs([...ucns.values()].filter(({ isRemoved }) => isRemoved !== true));
    const shown = [...objects.values(), ...newDrafts(pending)].flatMap((object) => {
      const isStoodFor = stoodFor.has(refOf(object) ?? '') && !object.flags.includes(SEEN);
      const seen = isForReading(object) && !isStoodFor ? seenByUser(object, own) : undefined;
      return seen ? [this.objectOf(seen, folders.get(seen.folder)?.path ?? seen.folderPath)] : [];
    });
    const waiting = [...unsent.values()].map((one) => unsentObject(one, this.user));
    this.read = { folders, objects: newestFirst([...shown, ...waiting]) };
    return this.read;
  }

  private objectOf(stored: StoredObject, folder: string): BoxObject {
    const before = this.made.get(stored);
    if (before?.folder === folder) return before;
    const object = boxObject(stored, folder);
    this.made.set(stored, object);
    return object;
  }
}

/** An object, or a draft that is still to be created, with the user's own changes. */
export function seenObject(id: string, { objects, pending }: LocalTables): StoredObject | undefined {
  const object = objects.get(id) ?? newDrafts(pending).find((draft) => draft.id === id);
  return object && seenByUser(object, ownOperations(pending));
}
