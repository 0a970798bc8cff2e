import type { DeviceId } from '@cpm/vocabulary';
import type { Box } from './box.js';
import type { SyncRule } from './sync-scope.js';

/** What the service provider keeps in step on devices; 0: everything. */
export interface SyncLimits {
  readonly maxAgeDays: number;
  readonly maxBytes: number;
}

/** CPM-MLD-016: the box as its devices may see it: of the user's rules and the service provider's limits the narrower counts. */
export function underPolicy(box: Box, limits: SyncLimits): Box {
  if (codeOf(limits) === 0) return box;
  const devices = [...new Set([...box.devices, ...box.syncRules.map(({ deviceId }) => deviceId)])];
  const syncRules = devices.flatMap((deviceId) => {
    const own = box.syncRules.filter((rule) => rule.deviceId === deviceId);
    return (own.length === 0 ? [{ deviceId }] : own).map((rule) => narrowed(rule, limits));
  });
  return { ...box, syncRules, rulesSince: Object.fromEntries(devices.map((device) => [device, rulesUnder(rulesOf(box, device), limits)])) };
}

/** How often what a device wants has changed, and under which limits. */
export function rulesOf({ rulesSince }: Pick<Box, 'rulesSince'>, device: DeviceId): number {
  return rulesSince[device] ?? 0;
}

/** The number of a device's rules together with the limits: with other limits it has another one, and must search all again. */
export function rulesUnder(count: number, limits: SyncLimits): number {
  return count + codeOf(limits) * COUNTS;
}

/** More than a device's rules are counted. */
const COUNTS = 10_000_000_000;
/** Prime, and such that a number has 15 digits. */
const CODES = 99_991;

function codeOf({ maxAgeDays, maxBytes }: SyncLimits): number {
  return maxAgeDays === 0 && maxBytes === 0 ? 0 : 1 + ((maxAgeDays * 31 + (maxBytes % CODES) * 7) % (CODES - 1));
}

function narrowed(rule: SyncRule, { maxAgeDays, maxBytes }: SyncLimits): SyncRule {
  return {
    ...rule,
    ...(maxAgeDays > 0 && { maxAgeDays: Math.min(rule.maxAgeDays ?? Infinity, maxAgeDays) }),
    ...(maxBytes > 0 && { maxBytes: Math.min(rule.maxBytes ?? Infinity, maxBytes) }),
  };
}

export function syncLimitsOf(policy: Readonly<Record<'store.syncMaxAgeDays' | 'store.syncMaxBytes', number>>): SyncLimits {
  return { maxAgeDays: policy['store.syncMaxAgeDays'], maxBytes: policy['store.syncMaxBytes'] };
}

