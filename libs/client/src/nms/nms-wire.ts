/** Shapes of the message store's interface, as far as this library reads them. */
export interface NmsObject {
  readonly resourceURL: string;
  readonly parentFolder: string;
  readonly parentFolderPath?: string;
  readonly correlationId?: string;
  readonly correlationTag?: string | null;
  readonly lastModSeq: number;
  readonly flags: { readonly flag?: readonly string[] };
  readonly attributes?: { readonly attribute?: readonly { readonly name: string; readonly value: readonly string[] }[] };
  readonly payloadURL?: string;
  readonly payloadPart?: readonly { readonly contentType: string; readonly size: number; readonly href: string; readonly contentId?: string; readonly contentDisposition?: string }[];
}

export interface NmsFolder {
  readonly resourceURL: string;
  readonly parentFolder?: string;
  readonly name: string;
  readonly path: string;
  readonly lastModSeq?: number;
}

export interface NmsRemoval {
  readonly resourceURL: string;
  readonly lastModSeq: number;
  readonly correlationId?: string;
}

/** Exactly one is there; an event of another kind is left alone. */
export interface NmsEvent {
  readonly changedObject?: { readonly resourceURL: string; readonly lastModSeq: number; readonly object: NmsObject };
  readonly deletedObject?: NmsRemoval;
  readonly expiredObject?: NmsRemoval;
  readonly changedFolder?: NmsFolder;
  readonly deletedFolder?: { readonly resourceURL: string; readonly lastModSeq: number };
  readonly resetBox?: Readonly<Record<string, never>>;
}

export interface NmsEventList {
  readonly index: number;
  readonly restartToken: string;
  readonly nmsEvent?: readonly NmsEvent[];
  /** There is more to pull. */
  readonly more?: boolean;
  /** RFC 3339. */
  readonly notBefore?: string;
}

export interface NmsSubscription {
  readonly resourceURL: string;
  /** Of the next list. */
  readonly index: number;
  readonly restartToken: string;
  readonly notBefore?: string;
}

export interface ObjectPage {
  readonly object?: readonly NmsObject[];
  readonly cursor?: string;
}

export interface FolderPage {
  readonly folder?: readonly NmsFolder[];
  readonly cursor?: string;
}

export interface BulkResponse {
  readonly code: number;
  readonly reason?: string;
}
