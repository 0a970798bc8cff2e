/** One decision about a message, as `GET /admin/v1/messages/{id}/journey` tells it. */
export interface JourneyEntry {
  readonly at: string;
  readonly service: string;
  readonly recipient?: string;
  readonly device?: string;
  readonly deviceName?: string;
  readonly form?: string;
  readonly step: string;
  readonly reason?: string;
}

const GAP = '  ';

/**
 * The journey as aligned lines: time since the first decision, device, form, what happened, and why. `people` are names by
 * CPM Address, for what concerns the recipient and none of his devices.
 */
export function journeyLines(entries: readonly JourneyEntry[], people: ReadonlyMap<string, string>): readonly string[] {
  const start = Math.min(...entries.map(({ at }) => Date.parse(at)));
  return aligned(entries.map((entry) => [sinceText(Date.parse(entry.at) - start), whereOf(entry, people), entry.form ?? '', entry.step, entry.reason ?? '']));
}

/** `+0.012 s`. */
export function sinceText(milliseconds: number): string {
  return `+${(milliseconds / 1_000).toFixed(3)} s`;
}

function whereOf({ deviceName, device, recipient }: JourneyEntry, people: ReadonlyMap<string, string>): string {
  return deviceName ?? device ?? people.get(recipient ?? '') ?? recipient ?? '';
}

/** Columns as wide as their widest cell: the first to the right, as numbers are, the others to the left. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number) => (column === 0 ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0));
  return rows.map((row) => row.map(cell).join(GAP).trimEnd());
}
