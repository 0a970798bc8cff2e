import { CpmProblem } from '../calls/problem.js';
import { subscriptionId, type NmsCalls } from '../nms/nms-calls.js';
import type { ObjectPage } from '../nms/nms-wire.js';
import { storedFolder, storedObject } from '../nms/stored-from-wire.js';
import type { LocalBox } from '../store/local-box.js';
import type { Batch } from '../store/local-store.js';
import type { LocalTables } from '../store/local-tables.js';
import type { SyncPosition } from '../store/stored.js';
import type { Outbox } from './outbox.js';
import { newerOf, notFoundAgain, receiveList, tooOld, type BoxChange } from './sync-state.js';

/** How far a full search has come. */
export interface SyncProgress {
  readonly objects: number;
  readonly done: boolean;
}

export interface BoxSyncOptions {
  readonly local: LocalBox;
  readonly nms: NmsCalls;
  readonly outbox: Outbox;
  /** Names the subscription. */
  readonly deviceId: string;
  readonly pageSize: number;
  /** What else a change of the box means here, kept in one batch with it. */
  readonly follows: (change: BoxChange, tables: LocalTables) => Batch;
  readonly progress: (progress: SyncProgress) => void;
}

const UNKNOWN_SUBSCRIPTION: ReadonlySet<number> = new Set([404, 410]);
/** No change tells of the folders of conversations, nor of the root: kept, each device would show those of its last full search. */
const EXISTS_BY_ITS_OBJECTS = /^main(\/|$)/;
const STALE_CURSOR: ReadonlySet<number> = new Set([400, 404, 410]);
/** In one exchange: a server that keeps forgetting is left alone until the next. */
const MAX_RESTARTS = 3;

/** CPM-MLD-016, CPM-MLD-017: keeps the local box as the server's, one exchange at a time, each from where the one before was kept. */
export class BoxSync {
  private current: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private restarts = 0;

  constructor(private readonly options: BoxSyncOptions) {}

  /** Sends what waits and takes what changed. Calls while an exchange is running share the one after it. Rejects when it broke off. */
  sync(): Promise<void> {
    this.next ??= this.current.catch(() => undefined).then(() => {
      this.next = undefined;
      this.current = this.exchange();
      return this.current;
    });
    return this.next;
  }

  private async exchange(): Promise<void> {
    this.restarts = 0;
    // First, so that what becomes of a message that is sent now is told by the lists after the token.
    if (this.position === undefined) await this.subscribe();
    // What cannot be sent now must not keep away what is to be had.
    const failure = await this.options.outbox.send().then(() => undefined, (error: unknown) => error as Error);
    await this.pull();
    if (failure) throw failure;
  }

  private async pull(): Promise<void> {
    for (let more = true; more;) {
      if (this.position?.searching) await this.search();
      more = await this.takeChanges();
    }
  }

  private get position(): SyncPosition | undefined {
    return this.options.local.tables.position;
  }

  /** Before the first search: what changes while it goes on is in the lists after its token. */
  private async subscribe(restartToken?: string): Promise<void> {
    const { nms, local, deviceId } = this.options;
    const subscription = await nms.subscribe(deviceId, restartToken);
    const at = { subscription: subscriptionId(subscription), index: subscription.index - 1 };
    await local.commit(({ position }) => ({
      position: position ? { ...position, ...at } : { ...at, restartToken: subscription.restartToken, search: 1, searching: { found: 0 } },
    }));
  }

  /** Whether there is more to take. */
  private async takeChanges(): Promise<boolean> {
    const { nms, local, follows } = this.options;
    const { subscription, restartToken } = this.position as SyncPosition;
    const delta = await nms.changesSince(subscription, restartToken).catch((error: unknown) => {
      if (error instanceof CpmProblem && UNKNOWN_SUBSCRIPTION.has(error.status) && this.mayRestart()) return undefined;
      throw error;
    });
    if (delta === undefined) {
      await this.subscribe(restartToken);
      return true;
    }
    const { list, subscription: told } = delta;
    await local.commit((tables) => {
      const position = tables.position as SyncPosition;
      // Of what changed nothing concerns this device: only the place is another.
      if (list === undefined) return told.restartToken === restartToken ? undefined : { position: { ...position, restartToken: told.restartToken, index: told.index - 1 } };
      const outcome = receiveList(position, list, tables, restartToken);
      return outcome.type === 'applied' ? { ...batchOf(outcome.change), position: outcome.position, ...follows(outcome.change, tables) } : undefined;
    });
    const more = list?.more === true || this.position?.searching !== undefined;
    const notBefore = list?.notBefore ?? delta.subscription.notBefore;
    if (!more && notBefore !== undefined) await this.dropTooOld(notBefore);
    return more;
  }

  private async search(): Promise<void> {
    const { local, pageSize, progress, follows } = this.options;
    for (let { searching, search } = this.position as SyncPosition; searching; { searching, search } = this.position as SyncPosition) {
      const { cursor, found } = searching;
      if (cursor === undefined) await this.searchFolders(search);
      const page = await this.page(pageSize, cursor);
      if (page === undefined) continue;
      const objects = (page.object ?? []).map((object) => storedObject(object, search));
      const isLast = page.cursor === undefined || page.cursor === '';
      await local.commit((tables) => {
        const put = objects.map((object) => newerOf(tables.objects.get(object.id), object));
        const { searching: _, ...position } = tables.position as SyncPosition;
        const lost = isLast ? notFoundAgain(tables, new Set(put.map(({ id }) => id)), search) : undefined;
        const change: BoxChange = { objects: { put, remove: lost?.objects.remove ?? [] }, folders: lost?.folders ?? { put: [], remove: [] }, gone: lost?.gone ?? [], isWhole: isLast };
        const next = isLast ? position : { ...position, searching: { cursor: page.cursor as string, found: found + put.length } };
        return { ...batchOf(change), position: next, ...follows(change, tables) };
      });
      progress({ objects: found + objects.length, done: isLast });
    }
  }

  /** Undefined when the cursor is not known any more: the search begins anew. */
  private async page(pageSize: number, cursor: string | undefined): Promise<ObjectPage | undefined> {
    try {
      return await this.options.nms.objects(pageSize, cursor);
    } catch (error) {
      if (cursor === undefined || !(error instanceof CpmProblem) || !STALE_CURSOR.has(error.status) || !this.mayRestart()) throw error;
      await this.options.local.commit(({ position }) => ({ position: { ...(position as SyncPosition), searching: { found: 0 } } }));
      return undefined;
    }
  }

  private mayRestart(): boolean {
    this.restarts += 1;
    return this.restarts <= MAX_RESTARTS;
  }

  private async searchFolders(search: number): Promise<void> {
    const { local, nms } = this.options;
    let cursor: string | undefined;
    do {
      const page = await nms.folders(cursor);
      const folders = (page.folder ?? []).map((folder) => storedFolder(folder, search)).filter(({ id }) => !EXISTS_BY_ITS_OBJECTS.test(id));
      await local.commit((tables) => ({ folders: { put: folders.map((folder) => newerOf(tables.folders.get(folder.id), folder)) } }));
      cursor = page.cursor === '' ? undefined : page.cursor;
    } while (cursor !== undefined);
  }

  /** Time passes without a change that a list would tell of. */
  private async dropTooOld(notBefore: string): Promise<void> {
    await this.options.local.commit((tables) => {
      const change = tooOld(tables, notBefore);
      return change.objects.remove.length === 0 ? undefined : { ...batchOf(change), ...this.options.follows(change, tables) };
    });
  }
}

function batchOf({ objects, folders }: BoxChange): Batch {
  return { objects, folders };
}
