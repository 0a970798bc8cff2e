const DONE_DATE = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?$/;
const MINUTE_MS = 60_000;

/**
 * Epoch ms of a receipt's `done date` (`YYMMDDhhmm` or with seconds, SMPP 3.4 appendix B), of which only the SMSC knows the time zone;
 * the end of the minute or second that it names, and undefined for a date that there is not.
 */
export function doneAtOf(doneDate: string | undefined, utcOffsetMinutes: number): number | undefined {
  const found = DONE_DATE.exec(doneDate ?? '');
  if (!found) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second] = found.slice(1).map((digits) => (digits === undefined ? undefined : Number(digits)));
  const local = Date.UTC(2000 + year, month - 1, day, hour, minute, second ?? 0);
  const said = new Date(local).toISOString().replace(/\D/g, '').slice(2, 2 + (doneDate ?? '').length);
  if (said !== doneDate) return undefined;
  return local + (second === undefined ? MINUTE_MS : 1_000) - 1 - utcOffsetMinutes * MINUTE_MS;
}
