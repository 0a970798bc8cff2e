import { acceptsContentType, type DeviceId, type Instant, type PreferenceProfile } from '@cpm/vocabulary';
import { pathOf, type MadeFolders } from './folders.js';
import { partsOf, REPORT_CONTEXT, type ObjectRow } from './object-row.js';

export type SyncRule = PreferenceProfile['syncRules'][number];

const DAY_MS = 86_400_000;

/** What a device's view depends on, beside the objects. */
export interface ViewOf {
  readonly device: DeviceId;
  readonly rules: readonly SyncRule[];
  readonly folders: MadeFolders;
}

/**
 * CPM-MLD-016: whether a device wants an object kept up to date. A device without rules wants everything, with several what any of them names,
 * of the longest age of them all: that is the one limit of time that it is told, and objects grow old without a change.
 * What a device made itself it has, whatever its rules say but for the age. `left`: the object is out of its view and may have been in it,
 * for it has been in another folder.
 */
export function scopeOf(row: ObjectRow, { device, rules, folders }: ViewOf, now: Instant): 'in' | 'out' | 'left' {
  const own = rules.filter((rule) => rule.deviceId === device);
  const begins = viewBegins(device, rules, now);
  if (begins !== undefined && row.date < begins) return 'out';
  if (own.length === 0 || row.device === device) return 'in';
  const wanted = own.filter((rule) => matches(row, rule));
  const path = pathOf(row.folder, folders) ?? row.folder;
  if (wanted.some((rule) => isUnder(path, rule.folders))) return 'in';
  return wanted.length > 0 && row.modSeq > row.born ? 'left' : 'out';
}

/** Objects from before are in no view of the device; undefined where some rule sets no age. */
export function viewBegins(device: DeviceId, rules: readonly SyncRule[], now: Instant): Instant | undefined {
  const ages = rules.filter((rule) => rule.deviceId === device).map(({ maxAgeDays }) => maxAgeDays ?? Infinity);
  const longest = ages.length === 0 ? Infinity : Math.max(...ages);
  return longest === Infinity ? undefined : now - longest * DAY_MS;
}

function isUnder(path: string, folders: SyncRule['folders']): boolean {
  return folders === undefined || folders.some((folder) => path === folder || path.startsWith(`${folder.replace(/\/$/, '')}/`));
}

/** Whatever folder it is in and however old it is. */
function matches(row: ObjectRow, { contentTypes, maxBytes }: SyncRule): boolean {
  if (contentTypes && row.context !== REPORT_CONTEXT && !accepted(contentTypes, row)) return false;
  return maxBytes === undefined || row.size <= maxBytes;
}

/** A tombstone has lost its parts: it goes by the type that it had. */
function accepted(contentTypes: readonly string[], row: ObjectRow): boolean {
  const parts = partsOf(row);
  return parts.length === 0 ? acceptsContentType(contentTypes, row.contentType) : parts.every((part) => acceptsContentType(contentTypes, part.contentType));
}
