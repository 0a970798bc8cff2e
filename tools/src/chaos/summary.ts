import { figureRows, isHeld, seconds, type ChaosResult, type Row } from './result.js';

const LISTED = 20;

/** What stands on the screen at the end. */
export function summary(result: ChaosResult): string {
  const { verdict: { violations, figures } } = result;
  return [
    '',
    ...faultTable(result),
    '',
    ...table([...figureRows(result.verdict), ...otherRows(result)]),
    ...Object.entries(figures.refusals).slice(0, LISTED).map(([reason, times]) => `  refused ${times} times: ${reason}`),
    ...Object.values(result.faults).flatMap(({ failures }) => failures).slice(0, LISTED).map((failure) => `  fault: ${failure}`),
    ...violations.slice(0, LISTED).map(({ invariant, about, what }) => `  ${invariant}: ${about}: ${what}`),
    '',
    isHeld(result) ? 'HELD: nothing lost, nothing told twice, nothing out of order' : 'BROKEN: see above',
  ].join('\n');
}

function faultTable({ faults }: ChaosResult): readonly string[] {
  const rows = Object.entries(faults).map(([kind, { count, recovered, medianMs, maxMs }]) => [kind, String(count), String(recovered), seconds(medianMs), seconds(maxMs)]);
  const total = Object.values(faults).reduce((sum, { count }) => sum + count, 0);
  const all = [['fault', 'times', 'recovered', 'median', 'max'], ...rows, ['in all', String(total), '', '', '']];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) => `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`);
}

function otherRows({ drainMs, unsent, repeatedCalls, rssMb, deadLetters, logs }: ChaosResult): readonly Row[] {
  return [
    ['drained after', seconds(drainMs)],
    ['not submitted at the end', unsent],
    ['calls that devices made again', repeatedCalls],
    ['dead letters', JSON.stringify(deadLetters).slice(0, 200)],
    ['most memory of a process', Object.entries(rssMb).map(([service, mb]) => `${service} ${mb} MB`).join(', ')],
    ['log lines that name somebody', `${logs.telling} of ${logs.lines} in ${logs.files} files${logs.where.length > 0 ? `: ${logs.where.join(', ')}` : ''}`],
  ];
}

function table(rows: readonly Row[]): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}
