import type { CpmAddress, DeviceId, Instant } from '@cpm/vocabulary';
import type { FrameType } from '@cpm/contracts-client-edge';

export const FRAMES_TABLE = 'frames';

/**
 * One entry of a user's downlink log, id `user|n`. An entry of type `withdrawn` voids the earlier entries with its key on the
 * devices in `to`; it is never sent. Rows with `n` at or above the downlink's `next` do not exist yet for readers.
 */
export interface FrameRow {
  readonly u: CpmAddress;
  readonly n: number;
  readonly to: readonly DeviceId[];
  readonly key: string;
  readonly type: FrameType | 'withdrawn';
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Instant;
  readonly expiresAtMs: Instant;
}

/** A row that a device may be sent. */
export type Frame = FrameRow & { readonly type: FrameType };

/**
 * What one device still has to get, from all its rows after its cursor, in order of `n`: of each key the last entry,
 * unless that is a withdrawal, or expired.
 */
export function pendingFrames(rows: readonly FrameRow[], now: Instant): readonly Frame[] {
  const last = new Map<string, number>();
  for (const { key, n } of rows) last.set(key, n);
  return rows.filter((row): row is Frame => row.type !== 'withdrawn' && row.expiresAtMs > now && last.get(row.key) === row.n);
}
