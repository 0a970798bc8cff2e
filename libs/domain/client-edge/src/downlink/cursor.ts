const CURSOR = /^(?:0|[1-9]\d{0,14})$/;

/** The number behind a cursor of the device stream, `0` being the beginning; undefined when it is none of ours. */
export function parseCursor(text: string): number | undefined {
  return CURSOR.test(text) ? Number(text) : undefined;
}

/** The cursor of the frame with number `n`, as a device sees it. */
export function formatCursor(n: number): string {
  return String(n);
}
