/** The last numbered document of a source. */
export interface DocumentVersion {
  readonly source: string;
  readonly version: number;
  /** When it came, epoch ms. */
  readonly at: number;
}

/** For how long a lower number is an older document that comes late. */
const RETRIED_FOR_MS = 5 * 60_000;

/**
 * Whether a newer document of the source has come. Numbers begin again with each subscription (RFC 3680 5.1): 0 is always its first, and any lower
 * number is of a new one when the older documents of the last can no longer be on their way.
 */
export function isOutdated(known: readonly DocumentVersion[], { source, version, at }: DocumentVersion): boolean {
  return version > 0 && known.some((last) => last.source === source && version < last.version && at - last.at < RETRIED_FOR_MS);
}

export function withVersion(known: readonly DocumentVersion[], document: DocumentVersion): readonly DocumentVersion[] {
  return [...known.filter(({ source }) => source !== document.source), document];
}
