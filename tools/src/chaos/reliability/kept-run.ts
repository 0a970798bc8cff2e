import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { brokenInvariants, figureRows, isHeld, type ChaosResult } from '../result.js';

const faultKind = z.strictObject({ count: z.number(), recovered: z.number(), medianMs: z.number().optional(), maxMs: z.number().optional() });

/** What the page tells of a run; made from its result, never by hand. */
const keptRun = z.strictObject({
  at: z.iso.datetime(),
  seed: z.number(),
  minutes: z.number(),
  /** Of a build that was broken on purpose. */
  broken: z.string().optional(),
  held: z.boolean(),
  setting: z.record(z.string(), z.unknown()),
  machine: z.strictObject({ cores: z.number(), memoryGb: z.number(), loadAverage: z.number() }),
  faults: z.record(z.string(), faultKind),
  /** As they stand on the screen at the end of the run. */
  figures: z.array(z.tuple([z.string(), z.union([z.string(), z.number()])])),
  /** Times by invariant. */
  violations: z.record(z.string(), z.number()),
  drainMs: z.number(),
  rssMb: z.record(z.string(), z.number()),
  logLines: z.number(),
  logLinesThatName: z.number(),
});
export type KeptRun = Readonly<z.output<typeof keptRun>>;

export const KEPT_PATH = 'docs/reliability.json';

/** @throws ZodError when the file is not what a run left */
export function keptRuns(text: string): readonly KeptRun[] {
  return z.array(keptRun).parse(JSON.parse(text));
}

export function textOf(runs: readonly KeptRun[]): string {
  return `${JSON.stringify(runs, null, 1)}\n`;
}

/** Every result in a folder, and of those kept so far what it does not have again: whole builds first, then by seed. */
export function withRunsIn(folder: string, kept: readonly KeptRun[]): readonly KeptRun[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const runs = files.map((name) => keptOf(JSON.parse(readFileSync(join(folder, name), 'utf8')) as ChaosResult));
  const others = kept.filter((one) => !runs.some(({ seed, broken }) => seed === one.seed && broken === one.broken));
  return [...others, ...runs].sort((a, b) => (a.broken ?? '').localeCompare(b.broken ?? '') || a.seed - b.seed);
}

export function keptOf(result: ChaosResult): KeptRun {
  const { at, seed, minutes, broken, setting, machine, faults, verdict, drainMs, rssMb, logs } = result;
  return {
    at, seed, minutes, ...(broken !== undefined && { broken }), held: isHeld(result), setting, machine: { ...machine, loadAverage: Math.round(machine.loadAverage * 10) / 10 },
    faults: Object.fromEntries(Object.entries(faults).map(([kind, { count, recovered, medianMs, maxMs }]) => [kind, { count, recovered, ...(medianMs !== undefined && { medianMs }), ...(maxMs !== undefined && { maxMs }) }])),
    figures: figureRows(verdict).map(([name, value]) => [name, value]),
    violations: brokenInvariants(verdict), drainMs, rssMb, logLines: logs.lines, logLinesThatName: logs.telling,
  };
}
