import type { CpmService, DeviceId, DeviceRule, Instant, PreferenceProfile, QuietHours } from '@cpm/vocabulary';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** What the user wants a device to get now; `quietUntil` when quiet hours are the cause. */
export interface DevicePreference {
  readonly mode: DeviceRule['mode'];
  readonly quietUntil: Instant | null;
}

function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

/** The end of the quiet hours that `now` falls into, epoch ms; undefined outside of them. Equal bounds are no hours at all. */
export function quietUntil({ from, to, utcOffsetMinutes }: QuietHours, now: Instant): Instant | undefined {
  const start = minutesOf(from);
  const length = (minutesOf(to) - start + DAY_MINUTES) % DAY_MINUTES;
  const minute = Math.floor(now / MINUTE_MS);
  const local = (((minute + utcOffsetMinutes) % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  const elapsed = (local - start + DAY_MINUTES) % DAY_MINUTES;
  return elapsed < length ? (minute + length - elapsed) * MINUTE_MS : undefined;
}

/** The first rule for this device and service that is in force now; undefined where the user said nothing. */
export function preferenceFor(
  { deviceRules }: PreferenceProfile,
  { device, service, now }: { readonly device: DeviceId; readonly service: CpmService; readonly now: Instant },
): DevicePreference | undefined {
  for (const rule of deviceRules) {
    if (rule.deviceId !== device || !rule.services.includes(service)) continue;
    if (!rule.quietHours) return { mode: rule.mode, quietUntil: null };
    const until = quietUntil(rule.quietHours, now);
    if (until !== undefined) return { mode: rule.mode, quietUntil: until };
  }
  return undefined;
}
