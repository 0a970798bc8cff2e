import { acceptsContentType, type DeviceId, type Instant, type PreferenceProfile } from '@cpm/vocabulary';
import type { ObjectRow } from './object-row.js';

export type SyncRule = PreferenceProfile['syncRules'][number];

const DAY_MS = 86_400_000;

/** CPM-MLD-016: whether a device wants an object kept up to date; a device without rules wants everything, with several what any of them names. */
export function inSyncScope(row: ObjectRow, device: DeviceId, rules: readonly SyncRule[], now: Instant): boolean {
  const own = rules.filter((rule) => rule.deviceId === device);
  return own.length === 0 || own.some((rule) => matches(row, rule, now));
}

function matches(row: ObjectRow, { folders, maxAgeDays, contentTypes, maxBytes }: SyncRule, now: Instant): boolean {
  if (folders && !folders.some((folder) => row.folder === folder || row.folder.startsWith(`${folder.replace(/\/$/, '')}/`))) return false;
  if (maxAgeDays !== undefined && now - row.date > maxAgeDays * DAY_MS) return false;
  if (contentTypes && row.context !== 'imdn-message' && !acceptsContentType(contentTypes, row.contentType)) return false;
  return maxBytes === undefined || row.size <= maxBytes;
}
