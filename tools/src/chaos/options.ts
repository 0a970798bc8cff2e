import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind } from './faults/index.js';
import type { Cast } from './load/operations.js';

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Operations per second in all. */
  readonly rate: number;
  readonly cast: Cast;
  /** Which faults come; all of them, unless told otherwise. */
  readonly faults: readonly FaultKind[];
  /** Which safeguard the build lacks. */
  readonly broken: string | undefined;
  readonly submitLimitMs: number;
  readonly drainMs: number;
}

const DEFAULTS = {
  minutes: '20', seed: '1', rate: '20', talkers: '8', boxes: '4', texters: '4', members: '4', groups: '2', 'submit-limit-sec': '120', 'drain-sec': '420',
} as const;
const LEAST = { talkers: 2, boxes: 1, texters: 1, members: 2, groups: 1 } as const;

/** @throws when an option is unknown, or not a number that it can be */
export function chaosOptions(args: readonly string[]): ChaosOptions {
  const options = Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => [name, { type: 'string' as const, default: value }]));
  const values: Readonly<Record<string, unknown>> = parseArgs({ args: [...args], options: { ...options, broken: { type: 'string' }, faults: { type: 'string' } } }).values;
  const number = (name: keyof typeof DEFAULTS, least: number): number => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < least) throw new Error(`--${name}: must be a number of at least ${least}`);
    return value;
  };
  const whole = (name: keyof typeof DEFAULTS, least: number): number => {
    const value = number(name, least);
    if (!Number.isInteger(value)) throw new Error(`--${name}: must be a whole number`);
    return value;
  };
  const cast = Object.fromEntries(Object.entries(LEAST).map(([name, least]) => [name, whole(name as keyof Cast, least)])) as unknown as Cast;
  if (cast.boxes > cast.talkers) throw new Error('--boxes: must not be more than --talkers');
  return {
    cast,
    minutes: number('minutes', 0), seed: whole('seed', 0), rate: number('rate', 0.1),
    broken: values['broken'] as string | undefined,
    faults: faultKinds(values['faults'] as string | undefined),
    submitLimitMs: number('submit-limit-sec', 1) * 1_000, drainMs: number('drain-sec', 0) * 1_000,
  };
}

function faultKinds(list: string | undefined): readonly FaultKind[] {
  if (list === undefined) return FAULT_KINDS;
  const names = list.split(',').filter(Boolean);
  const unknown = names.find((name) => !FAULT_KINDS.some((kind) => kind === name));
  if (unknown !== undefined) throw new Error(`--faults: ${unknown} is none of ${FAULT_KINDS.join(', ')}`);
  return FAULT_KINDS.filter((kind) => names.includes(kind));
}
