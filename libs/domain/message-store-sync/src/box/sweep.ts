import type { Instant } from '@cpm/vocabulary';
import type { BoxSwept } from '@cpm/contracts-message-store-sync';
import type { BoxLimits } from './box.js';

const DAY_MS = 86_400_000;
/** A sweep that nothing was heard of for so long is begun again. */
const SWEEP_DUE_MS = 120_000;
/** What is too old may stay so much longer, so that a box is not swept for each of its objects. */
const REST_MS = 3_600_000;

export interface Usage {
  readonly objects: number;
  /** Of their contents. */
  readonly bytes: number;
}

/** What the box knows of its own upkeep. */
export interface Sweeping {
  /** Removed objects with a number of at most this are forgotten: a device that knows less must search all again. */
  readonly floor: number;
  /** Of the last sweep. */
  readonly number: number;
  /** The next sweep, or when the running one is begun again. */
  readonly dueAt: Instant | null;
  readonly running: boolean;
  /** At most so much is in the box: what was removed is taken off by the next sweep. */
  readonly usage: Usage;
}

export type SweepEvent =
  | { readonly type: 'SweepPlanned'; readonly dueAt: Instant }
  | { readonly type: 'SweepBegun'; readonly number: number; readonly dueAt: Instant; readonly cutoff: SweepCutoff }
  | { readonly type: 'SweepEnded'; readonly floor: number; readonly tombstones: BoxSwept['tombstones']; readonly usage: Usage; readonly dueAt: Instant | null }
  | { readonly type: 'StoreGrew'; readonly by: Usage };

/** What a sweep removes: objects from before `before`, the oldest above the limits, tombstones made before `forgetBefore`. */
export interface SweepCutoff {
  readonly before: Instant | null;
  readonly forgetBefore: Instant;
  readonly maxObjects: number;
  readonly maxBytes: number;
  readonly retentionDays: number;
  readonly tombstoneDays: number;
}

export function exceeds({ objects, bytes }: Usage, { maxObjects, maxBytes }: BoxLimits): boolean {
  return objects > maxObjects || bytes > maxBytes;
}

/** What newly stored objects mean for the upkeep: above the limits it comes at once, else when the first of them is too old. */
export function afterGrowth(by: Usage, { usage, dueAt }: Sweeping, limits: BoxLimits, now: Instant): readonly SweepEvent[] {
  const grown: SweepEvent = { type: 'StoreGrew', by };
  const total = { objects: usage.objects + by.objects, bytes: usage.bytes + by.bytes };
  if (exceeds(total, limits)) return dueAt !== null && dueAt <= now + REST_MS ? [grown] : [grown, { type: 'SweepPlanned', dueAt: now }];
  if (dueAt !== null || limits.retentionDays === 0) return [grown];
  return [grown, { type: 'SweepPlanned', dueAt: now + limits.retentionDays * DAY_MS }];
}

/** Something was removed: its tombstone is forgotten one day. */
export function afterRemoval({ dueAt }: Sweeping, { tombstoneDays }: BoxLimits, now: Instant): readonly SweepEvent[] {
  const forgottenAt = now + tombstoneDays * DAY_MS;
  return dueAt === null || dueAt > forgottenAt ? [{ type: 'SweepPlanned', dueAt: forgottenAt }] : [];
}

export function beginSweep({ number }: Sweeping, limits: BoxLimits, now: Instant): SweepEvent {
  const { retentionDays, tombstoneDays, maxObjects, maxBytes } = limits;
  const cutoff = { before: retentionDays === 0 ? null : now - retentionDays * DAY_MS, forgetBefore: now - tombstoneDays * DAY_MS, maxObjects, maxBytes, retentionDays, tombstoneDays };
  return { type: 'SweepBegun', number: number + 1, dueAt: now + SWEEP_DUE_MS, cutoff };
}

/** A sweep that another one has overtaken says nothing. */
export function endSweep(swept: BoxSwept, sweeping: Sweeping, now: Instant): readonly SweepEvent[] {
  if (!sweeping.running || swept.sweep !== sweeping.number) return [];
  const floor = Math.max(sweeping.floor, ...swept.tombstones.map(({ modSeq }) => modSeq));
  return [{ type: 'SweepEnded', floor, tombstones: swept.tombstones, usage: swept.usage, dueAt: swept.nextAt === undefined ? null : Math.max(swept.nextAt, now + (swept.nextAt <= now ? 1_000 : REST_MS)) }];
}

export function withSweepEvent(sweeping: Sweeping, event: SweepEvent): Sweeping {
  switch (event.type) {
    case 'SweepPlanned':
      return { ...sweeping, dueAt: event.dueAt };
    case 'SweepBegun':
      return { ...sweeping, number: event.number, dueAt: event.dueAt, running: true };
    case 'SweepEnded':
      return { ...sweeping, floor: event.floor, dueAt: event.dueAt, running: false, usage: event.usage };
    case 'StoreGrew':
      return { ...sweeping, usage: { objects: sweeping.usage.objects + event.by.objects, bytes: sweeping.usage.bytes + event.by.bytes } };
  }
}
