import type { PendingOperation, ReceivedSms, StoredFolder, StoredObject, SyncPosition, Ucn, UnsentMessage } from './stored.js';

/** Everything a store holds, but for contents. */
export interface LocalState {
  readonly objects: readonly StoredObject[];
  readonly folders: readonly StoredFolder[];
  readonly position: SyncPosition | undefined;
  /** In order. */
  readonly pending: readonly PendingOperation[];
  readonly unsent: readonly UnsentMessage[];
  readonly ucns: readonly Ucn[];
  readonly sms: readonly ReceivedSms[];
}

/** What is put in the place of what has the same key, and the keys of what goes. */
export interface Change<Item, Key = string> {
  readonly put?: readonly Item[];
  readonly remove?: readonly Key[];
}

/** Changes that belong together. */
export interface Batch {
  /** With an object goes its content. */
  readonly objects?: Change<StoredObject>;
  readonly folders?: Change<StoredFolder>;
  readonly position?: SyncPosition;
  readonly pending?: Change<PendingOperation, number>;
  readonly unsent?: Change<UnsentMessage>;
  readonly ucns?: Change<Ucn>;
  readonly sms?: Change<ReceivedSms>;
}

/** Where content of an object lies: `part` counts from 1 and is 0 for the whole payload, `offset` in bytes. */
export interface ContentPiece {
  readonly object: string;
  readonly part: number;
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a device keeps between two runs. One process uses it at a time. */
export interface LocalStore {
  load(): Promise<LocalState>;
  /** All of it or, when it rejects, nothing; removals first. Batches are kept in the order of the calls. */
  apply(batch: Batch): Promise<void>;
  putContent(piece: ContentPiece): Promise<void>;
  /** The pieces of one part, by offset. */
  content(object: string, part: number): Promise<readonly ContentPiece[]>;
  removeContent(object: string, part: number): Promise<void>;
  close(): Promise<void>;
}
