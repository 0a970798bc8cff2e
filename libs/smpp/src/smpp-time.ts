const two = (value: number) => String(value).padStart(2, '0');

const MAX_RELATIVE_SECONDS = 30 * 86_400;

/** SMPP 3.4 section 7.1.1.2: `YYMMDDhhmmss000R`, rounded up to a second, at most 30 days. */
export function relativeSmppTime(durationMs: number): string {
  const seconds = Math.min(Math.max(1, Math.ceil(durationMs / 1_000)), MAX_RELATIVE_SECONDS);
  const days = Math.floor(seconds / 86_400);
  const rest = seconds % 86_400;
  return `0000${two(days)}${two(Math.floor(rest / 3_600))}${two(Math.floor(rest / 60) % 60)}${two(rest % 60)}000R`;
}

/** SMPP 3.4 section 7.1.1.1 in UTC: `YYMMDDhhmmsst00+`, for SMSCs that take no relative time. */
export function absoluteSmppTime(instant: Date): string {
  const date = [instant.getUTCFullYear() % 100, instant.getUTCMonth() + 1, instant.getUTCDate()];
  const time = [instant.getUTCHours(), instant.getUTCMinutes(), instant.getUTCSeconds()];
  return `${[...date, ...time].map(two).join('')}${Math.floor(instant.getUTCMilliseconds() / 100)}00+`;
}
