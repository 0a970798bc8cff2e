import { Attempts } from '../calls/attempts.js';
import { Backoff } from '../calls/backoff.js';
import type { HttpCalls } from '../calls/http-calls.js';
import { CpmProblem } from '../calls/problem.js';
import type { OutgoingMessage } from '../cpm-device-options.js';
import { Listeners } from '../listeners.js';
import { NmsCalls } from '../nms/nms-calls.js';
import { LocalBox } from '../store/local-box.js';
import type { Batch, LocalStore } from '../store/local-store.js';
import type { LocalTables } from '../store/local-tables.js';
import type { PendingOperation, Ucn } from '../store/stored.js';
import { BoxSync, type SyncProgress } from '../sync/box-sync.js';
import type { BoxFolder } from '../sync/local-view.js';
import { Outbox } from '../sync/outbox.js';
import { draftsCreated, withoutCreated } from '../sync/outbox-requests.js';
import type { BoxChange } from '../sync/sync-state.js';
import { ContentFetch, partsOf } from '../ucn/content-fetch.js';
import type { IncomingSms, SmsKind } from '../ucn/incoming-sms.js';
import { Primary } from '../ucn/primary.js';
import { shownUcn } from '../ucn/ucn-state.js';
import { BoxEdits } from './box-edits.js';
import { attributeOf, conversationsOf, selectObjects, type BoxObject, type Conversation, type ObjectQuery } from './box-object.js';
import { BoxView } from './box-view.js';

export interface BoxOptions {
  readonly store: LocalStore;
  /** CPM Address of the user whose device this is. */
  readonly user: string;
  /** How many objects a full search asks for at a time. */
  readonly pageSize?: number;
}

/** The device that a box is on. */
export interface BoxHost {
  readonly calls: HttpCalls;
  /** `https://host`. */
  readonly origin: string;
  readonly deviceId: string;
  /** The box is not to be woken any more. */
  readonly closed?: () => void;
}

/** Ids of what is new, different or gone. */
export interface BoxChanged {
  readonly objects: readonly string[];
  readonly folders: readonly string[];
  readonly ucns: readonly string[];
  readonly sms: readonly string[];
}

interface BoxEvents {
  readonly changed: BoxChanged;
  /** How far a full search has come. */
  readonly progress: SyncProgress;
  /** The server refused something for good. */
  readonly problem: CpmProblem;
}

const [STORE_NAME, ANSWER_WITHIN_MS] = ['base', 60_000];
const UNAUTHORIZED_OR_BUSY: ReadonlySet<number> = new Set([401, 408, 425, 429]);

/** The user's messages, files, drafts and folders on this device: read at once, also without a connection, and kept in step. */
export class Box extends BoxEdits {
  private readonly listeners = new Listeners<BoxEvents>();
  private connection = new AbortController();
  private readonly view: BoxView;
  private readonly content: ContentFetch;
  private readonly primary: Primary;
  private readonly exchange: BoxSync;
  private readonly exchanges: Attempts;
  private readonly originals: Attempts;

  private constructor(
    private readonly box: LocalBox,
    { user, pageSize = 200 }: BoxOptions,
    private readonly host: BoxHost,
  ) {
    super(box, () => this.exchanges.wake());
    const { calls, origin, deviceId } = host;
    const path = `/nms/v1/${STORE_NAME}/${encodeURIComponent(user)}`;
    // Every call may be repeated: one that the connection was lost under is given up for the next connection.
    const nms = new NmsCalls(calls.impatient(() => AbortSignal.any([this.connection.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])), path);
    const problem = (one: CpmProblem) => this.listeners.emit('problem', one);
    this.view = new BoxView(box.tables, user);
    this.content = new ContentFetch(nms, box.store);
    this.primary = new Primary({ local: box, content: this.content, user });
    const outbox = new Outbox({ local: box, nms, problem, box: { origin, path } });
    this.exchange = new BoxSync({
      local: box, nms, outbox, deviceId, pageSize, progress: (progress) => this.listeners.emit('progress', progress),
      follows: (change, tables) => ({ ...this.primary.follows(change, tables), ...unsentAfter(change, tables), ...this.draftsAfter(change, tables) }),
    });
    this.originals = new Attempts({ attempt: () => this.obtainOriginals(), failed: (error) => isFinal(error) && problem(error), backoff: new Backoff(500, 60_000) });
    this.exchanges = new Attempts({
      attempt: async () => this.primary.synchronise(() => this.exchange.sync()).then(() => this.originals.wake()),
      failed: (error) => isFinal(error) && problem(error),
      backoff: new Backoff(500, 60_000),
    });
  }

  static async open(options: BoxOptions, host: BoxHost): Promise<Box> {
    const changed: { listener?: (batch: Batch, settled: readonly PendingOperation[]) => void } = {};
    const local = await LocalBox.open(options.store, (batch, settled) => changed.listener?.(batch, settled));
    const box = new Box(local, options, host);
    changed.listener = (batch, settled) => box.tell(batch, settled);
    return box;
  }

  /** Messages, files and drafts, newest first, those not sent yet among them. */
  objects(query: ObjectQuery = {}): readonly BoxObject[] {
    return selectObjects(this.view.objects, query);
  }

  object(id: string): BoxObject | undefined {
    const now = this.box.nameOf(id);
    return this.view.objects.find((object) => object.id === now);
  }

  /** The last spoken in first. */
  conversations(): readonly Conversation[] {
    return conversationsOf(this.view.objects);
  }

  /** Of all conversations: the badge. */
  get unread(): number {
    return this.view.objects.filter(({ isUnread }) => isUnread).length;
  }

  get folders(): readonly BoxFolder[] {
    return this.view.folders;
  }

  /** Notifications whose original is not here yet, or not to be had any more, to be shown at their own time. */
  get ucns(): readonly Ucn[] {
    return [...this.box.tables.ucns.values()].filter(({ isRemoved }) => isRemoved !== true).map(shownUcn);
  }

  /** Whether an SMS of the phone's inbox is shown as a message of the box and not by itself. */
  isCopy(smsId: string): boolean {
    return this.box.tables.sms.get(smsId)?.copyOf !== undefined;
  }

  /** One part of an object's content, from 1; kept here from then on. Throws CpmProblem, ContentMismatchError, or the error of `fetch`. */
  async read(id: string, part = 1): Promise<Blob> {
    const object = this.box.tables.objects.get(this.box.nameOf(id));
    const wanted = object && partsOf(object)[part - 1];
    if (wanted === undefined) throw new CpmProblem(404, 'unknown-part', `there is no part ${part} of ${id}`, [], undefined);
    await this.content.obtainPart(wanted);
    return new Blob([...((await this.content.kept(wanted)) ?? [])], { type: object?.payloadParts[part - 1]?.contentType ?? '' });
  }

  /** Keeps a message until the server has it; it is sent when there is a connection, once. Gives its imdn.Message-ID. */
  async send({ id = crypto.randomUUID(), ...message }: OutgoingMessage): Promise<string> {
    await this.box.commit(() => ({ unsent: { put: [{ id, message, at: new Date().toISOString(), state: 'waiting' }] } }));
    this.exchanges.wake();
    return id;
  }

  /** Forgets a message that is not sent, or not to be sent any more. */
  discardUnsent(id: string): Promise<void> {
    return this.box.commit(() => ({ unsent: { remove: [id] } }));
  }

  /** The user does not want to see a notification any more; its original comes all the same. */
  removeUcn(id: string): Promise<void> {
    return this.box.commit(({ ucns }) => {
      const ucn = ucns.get(id);
      if (ucn === undefined) return undefined;
      return { ucns: ucn.state === 'waiting' && ucn.refs.length > 0 ? { put: [{ ...ucn, isRemoved: true }] } : { remove: [id] } };
    });
  }

  /** To be told of every SMS of the phone's inbox. */
  async smsReceived(sms: IncomingSms): Promise<SmsKind> {
    const kind = await this.primary.smsReceived(sms);
    this.exchanges.wake();
    return kind;
  }

  /** Exchanges changes with the server now, also without an open stream. Rejects when that broke off; what is kept stays. */
  async sync(): Promise<void> {
    await this.primary.synchronise(() => this.exchange.sync());
    await this.obtainOriginals();
  }

  /** Hears changes, progress and problems; the result stops it. */
  on<Name extends keyof BoxEvents>(name: Name, listener: (event: BoxEvents[Name]) => void): () => void {
    return this.listeners.on(name, listener);
  }

  /** CPM-MLD-032: IP is there: what changed, and what notifications stand for, is fetched at once. Called by the device. */
  online(): void {
    this.exchanges.online();
    this.originals.online();
  }

  offline(): void {
    this.connection.abort();
    this.connection = new AbortController();
    this.exchanges.offline();
    this.originals.offline();
  }

  /** The server says that an exchange is worth while. */
  wake(): void {
    this.exchanges.wake();
  }

  /** Ends when what was done so far is kept. */
  async close(): Promise<void> {
    this.host.closed?.();
    this.offline();
    await this.box.close();
  }

  private draftsAfter({ objects }: BoxChange, tables: LocalTables): Batch {
    const created = draftsCreated(objects.put, tables);
    for (const { operation, id } of created) this.box.rename(operation.object, id);
    return withoutCreated(created, tables);
  }

  private async obtainOriginals(): Promise<void> {
    await this.primary.settle();
    if (this.box.tables.pending.length > 0) this.exchanges.wake();
  }

  private tell({ objects, folders, ucns, sms, unsent, pending }: Batch, settled: readonly PendingOperation[]): void {
    this.view.changed();
    const own = [...settled, ...(pending?.put ?? [])];
    const objectIds = [...idsOf(objects), ...idsOf(unsent), ...own.flatMap((one) => ('object' in one ? [one.object] : []))];
    const folderIds = [...idsOf(folders), ...own.flatMap((one) => ('folder' in one && one.type !== 'move' ? [one.folder] : []))];
    const event = { objects: [...new Set(objectIds)], folders: [...new Set(folderIds)], ucns: idsOf(ucns), sms: idsOf(sms) };
    if (Object.values(event).some((ids) => ids.length > 0)) this.listeners.emit('changed', event);
  }
}

function idsOf({ put = [], remove = [] }: { readonly put?: readonly { readonly id: string }[]; readonly remove?: readonly string[] } = {}): readonly string[] {
  return [...new Set([...put.map(({ id }) => id), ...remove])];
}

/** A message of this device is there once its copy in the store is, or was. */
function unsentAfter({ objects, gone, isWhole }: BoxChange, { unsent, position }: LocalTables): Batch {
  if (unsent.size === 0) return {};
  const copies = objects.put.filter((object) => attributeOf(object, 'Direction') === 'Out');
  const lost = [...unsent.values()].filter(({ search }) => isWhole && search !== undefined && search < (position?.search ?? 0)).map(({ id }) => id);
  return { unsent: { remove: [...[...copies, ...gone].map(({ correlationId = '' }) => correlationId).filter((id) => unsent.has(id)), ...lost] } };
}

function isFinal(error: unknown): error is CpmProblem {
  return error instanceof CpmProblem && error.status < 500 && !UNAUTHORIZED_OR_BUSY.has(error.status);
}
