import { setTimeout as pause } from 'node:timers/promises';
import type { InboxPosition } from '@cpm/runtime-ports';

export interface QuietMoment<Snapshot> {
  /** How far each inbox has come, read from the broker. */
  readonly positions: () => Promise<readonly InboxPosition[]>;
  readonly take: () => Promise<Snapshot>;
  /** Of a snapshot that was taken in vain. */
  readonly discard: (snapshot: Snapshot) => Promise<void>;
  readonly limitMs: number;
  readonly log: (line: string) => void;
}

const POLL_MS = 20;
const TELL_MS = 2_000;

/**
 * Takes a snapshot of the database at a moment at which nothing is under way: every record of every inbox is committed before, and none
 * has come when it is taken. So nothing in it waits for a record, and no record waits for it: the log need not be kept.
 * @throws when there is no such moment within the limit
 */
export async function quietMoment<Snapshot>({ positions, take, discard, limitMs, log }: QuietMoment<Snapshot>): Promise<{ readonly snapshot: Snapshot; readonly positions: readonly InboxPosition[] }> {
  const started = Date.now();
  for (let told = started; ; ) {
    const before = await positions();
    const waiting = before.reduce((sum, { end, committed }) => sum + Math.max(0, end - committed), 0);
    if (before.every(({ end, committed }) => end === committed)) {
      const snapshot = await take();
      if (isSame(before, await positions())) return { snapshot, positions: before };
      await discard(snapshot);
    }
    await pause(POLL_MS);
    const now = Date.now();
    if (now - started > limitMs) {
      throw new Error(`there was no moment without work within ${limitMs / 1_000} s (${waiting} records wait): stop client-edge and sms-interworking-gateway until the snapshot is taken, or give --wait a longer time`);
    }
    if (now - told < TELL_MS) continue;
    told = now;
    log(`waiting for a moment without work: ${waiting} records wait, ${Math.round((now - started) / 1_000)} s`);
  }
}

function isSame(before: readonly InboxPosition[], after: readonly InboxPosition[]): boolean {
  const ends = new Map(after.map(({ service, partition, end }) => [`${service}/${partition}`, end]));
  return before.length === after.length && before.every(({ service, partition, end }) => ends.get(`${service}/${partition}`) === end);
}
