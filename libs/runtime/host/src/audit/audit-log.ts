/** What became of an act: it is written down as begun before anything happens, and once more with how it ended. */
export type AuditOutcome = 'begun' | 'done' | 'refused' | 'failed';

/** Who did what to whom, and when; never what was said or sent. `at` is epoch ms. */
export interface AuditEntry {
  /** Sorts by time. */
  readonly id: string;
  readonly at: number;
  /** The same in both entries of one act. */
  readonly act: string;
  /** The subject of the caller's token. */
  readonly who: string;
  readonly scope: string;
  readonly what: string;
  /** The CPM Address of the user whom it is about. */
  readonly whom?: string;
  /** What it was done to, where that is no user: the id of a dead letter. */
  readonly target?: string;
  readonly outcome: AuditOutcome;
  /** Why it was refused: the kind of problem. */
  readonly reason?: string;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly cursor?: string;
}

/** Where acts are written down, for good: there is no way to change an entry or take one out. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /** In the order of their ids: of one user, or all; from `since`, epoch ms, or after `cursor`. */
  list(query: AuditQuery, limit: number): Promise<AuditPage>;
}

export interface AuditQuery {
  readonly whom?: string | undefined;
  readonly since?: number | undefined;
  readonly cursor?: string | undefined;
}

/** The first id of an instant. */
export function auditIdAt(at: number): string {
  return String(at).padStart(15, '0');
}

export function auditPage(found: readonly AuditEntry[], limit: number): AuditPage {
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  return { entries, ...(found.length > limit && last && { cursor: last.id }) };
}

/** The log's in-memory twin. */
export class InMemoryAuditLog implements AuditLog {
  readonly #entries: AuditEntry[] = [];

  async append(entry: AuditEntry): Promise<void> {
    this.#entries.push(entry);
  }

  async list({ whom, since = 0, cursor = '' }: AuditQuery, limit: number): Promise<AuditPage> {
    const found = this.#entries.filter((entry) => (whom === undefined || entry.whom === whom) && entry.id >= auditIdAt(since) && entry.id > cursor);
    return auditPage(found.sort((a, b) => (a.id < b.id ? -1 : 1)), limit);
  }
}
