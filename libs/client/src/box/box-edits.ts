import type { LocalBox } from '../store/local-box.js';
import type { Batch } from '../store/local-store.js';
import type { LocalTables } from '../store/local-tables.js';
import type { DraftContent, NewOperation, PendingOperation } from '../store/stored.js';
import type { DraftCreation } from '../sync/local-view.js';
import { seenObject } from './box-view.js';
import { whenRead, whenUnread } from './read-report.js';

const TOP = 'main';

/** What the user does to his box: seen here at once, kept, and sent when there is a connection. Each call resolves when it is kept. */
export class BoxEdits {
  constructor(
    private readonly local: LocalBox,
    private readonly queued: () => void,
  ) {}

  /** Seen, and reported as displayed where that was asked for and not done by any device before. */
  markRead(...ids: readonly string[]): Promise<void> {
    return this.onEach(ids, whenRead);
  }

  markUnread(...ids: readonly string[]): Promise<void> {
    return this.onEach(ids, whenUnread);
  }

  flag(id: string, flag: string): Promise<void> {
    return this.onEach([id], (object) => (object.flags.includes(flag) ? [] : [{ type: 'add-flags', object: object.id, flags: [flag] }]));
  }

  unflag(id: string, flag: string): Promise<void> {
    return this.onEach([id], (object) => (object.flags.includes(flag) ? [{ type: 'remove-flags', object: object.id, flags: [flag] }] : []));
  }

  /** `folder` is a folder's id. */
  move(id: string, folder: string): Promise<void> {
    return this.onEach([id], (object) => [{ type: 'move', object: object.id, folder: this.local.nameOf(folder) }]);
  }

  remove(...ids: readonly string[]): Promise<void> {
    return this.edit((tables) => {
      const known = ids.map((id) => this.local.nameOf(id)).filter((id) => seenObject(id, tables) !== undefined);
      const unmade = known.filter((id) => uncreated(id, tables) !== undefined);
      const operations = known.filter((id) => !unmade.includes(id)).map((object): NewOperation => ({ type: 'delete', object }));
      const forgotten = tables.pending.filter((one) => 'object' in one && unmade.includes(one.object));
      return { pending: { put: inOrder(operations, tables), remove: forgotten.map(({ order }) => order) } };
    });
  }

  /** The draft's id. */
  async saveDraft(draft: DraftContent): Promise<string> {
    const object = crypto.randomUUID();
    await this.edit((tables) => ({ pending: { put: inOrder([created(object, draft)], tables) } }));
    return object;
  }

  /** The id of the draft from now on: what the server has is replaced, not changed. */
  async updateDraft(id: string, draft: DraftContent): Promise<string> {
    let now = crypto.randomUUID() as string;
    await this.edit((tables) => {
      const object = this.local.nameOf(id);
      const unmade = uncreated(object, tables);
      if (unmade) now = object;
      if (unmade) return { pending: { put: [{ ...unmade, ...created(object, draft) } as PendingOperation] } };
      const isThere = seenObject(object, tables) !== undefined;
      return { pending: { put: inOrder([created(now, draft), ...(isThere ? [{ type: 'delete', object } as const] : [])], tables) } };
    });
    return now;
  }

  discardDraft(id: string): Promise<void> {
    return this.remove(id);
  }

  /** The folder's id. `parent` is the id of the folder above, the top when absent. */
  async createFolder(name: string, parent = TOP): Promise<string> {
    const folder = crypto.randomUUID();
    await this.edit((tables) => ({ pending: { put: inOrder([{ type: 'create-folder', folder, name, parent: this.local.nameOf(parent) }], tables) } }));
    return folder;
  }

  renameFolder(id: string, name: string): Promise<void> {
    return this.edit((tables) => ({ pending: { put: inOrder([{ type: 'rename-folder', folder: this.local.nameOf(id), name }], tables) } }));
  }

  /** With what is in it. */
  removeFolder(id: string): Promise<void> {
    return this.edit((tables) => ({ pending: { put: inOrder([{ type: 'delete-folder', folder: this.local.nameOf(id) }], tables) } }));
  }

  private onEach(ids: readonly string[], operationsFor: (object: NonNullable<ReturnType<typeof seenObject>>) => readonly NewOperation[]): Promise<void> {
    return this.edit((tables) => {
      const objects = ids.map((id) => seenObject(this.local.nameOf(id), tables)).filter((object) => object !== undefined);
      return { pending: { put: inOrder(objects.flatMap(operationsFor), tables) } };
    });
  }

  private async edit(decide: (tables: LocalTables) => Batch): Promise<void> {
    await this.local.commit(decide);
    this.queued();
  }
}

/** The creation of a draft that the server cannot have heard of. */
function uncreated(id: string, { pending }: LocalTables): DraftCreation | undefined {
  return pending.find((one): one is DraftCreation => one.type === 'create-draft' && one.object === id && one.isAttempted !== true);
}

function created(object: string, draft: DraftContent): NewOperation {
  return { type: 'create-draft', object, draft, at: new Date().toISOString() };
}

function inOrder(operations: readonly NewOperation[], tables: LocalTables): readonly PendingOperation[] {
  return operations.map((operation, index) => tables.next(operation, index));
}
