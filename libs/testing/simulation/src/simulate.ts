import { setImmediate } from 'node:timers/promises';
import type { ServiceDefinition } from '@cpm/runtime-decider';
import type { Policy } from '@cpm/vocabulary';
import fc from 'fast-check';
import { CHECKERS } from './checkers/index.js';
import { NO_FAULTS, type Faults, faults as faultsArbitrary } from './faults.js';
import type { Mutant } from './mutants.js';
import { services as allServices } from './services.js';
import { sizeOf, type Size } from './size.js';
import { Player } from './player.js';
import { policies, ucnWindows } from './policies.js';
import { album, type Operation, workload } from './workload.js';
import { World } from './world.js';

/** What one run did, for the summary. */
export interface RunFigures {
  /** 1 of a long run. */
  readonly long: number;
  readonly steps: number;
  /** Put into the logs. */
  readonly records: number;
  readonly crashes: number;
  readonly stalls: number;
  readonly poison: number;
  readonly messages: number;
  readonly sessions: number;
  readonly files: number;
  /** Short messages that told of several. */
  readonly summaries: number;
  /** Users who were forgotten. */
  readonly erasures: number;
}

export interface Violation {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly faults: Faults;
  readonly policy: Partial<Policy>;
  readonly operations: readonly Operation[];
}

/** One in so many long runs provisions its users itself, with whatever goes wrong there. */
const PROVISIONED_IN_FAULTS = 4;
/** All others begin with one of so many worlds that are provisioned: the devices that answer by themselves differ. */
const PROVISIONINGS = 15;
const worlds = new Map<number, Promise<World>>();

async function provisioned(number: number): Promise<World> {
  const known = worlds.get(number) ?? provision(new World({ services: allServices, seed: number, faults: NO_FAULTS }));
  worlds.set(number, known);
  return known;
}

async function provision(world: World): Promise<World> {
  await new Player(world).provision();
  return world;
}

const FIVE_DAYS_MS = 5 * 86_400_000;

const drawnOf = (size: Size) => fc.tuple(faultsArbitrary, policies, workload[size], ucnWindows, album[size]);
const runs = { long: drawnOf('long'), short: drawnOf('short') };
type Drawn = typeof runs.long extends fc.Arbitrary<infer Value> ? Value : never;

/** One run of one seed: everything that happens follows from it. */
export async function simulate(seed: number, mutant?: Mutant): Promise<{ figures: RunFigures; violation?: Violation }> {
  const services: readonly ServiceDefinition[] = mutant?.services?.(allServices) ?? allServices;
  const size = sizeOf(seed);
  const [[faults, drawn, work, ucnWindow, pictures]] = fc.sample(runs[size], { seed, numRuns: 1 }) as [Drawn];
  const [policy, operations] = [{ ...drawn, ...ucnWindow }, [...work, ...pictures]];
  const isBegun = size === 'short' || seed % PROVISIONED_IN_FAULTS !== 0;
  const world = new World({ services, seed, faults, policy, ...(isBegun && { origin: await provisioned(seed % PROVISIONINGS) }), ...(mutant?.ports ? { mutate: mutant.ports } : {}) });
  // A run never leaves the microtasks: between two, whatever else the process does has its turn.
  await setImmediate();
  const broken = await play(world, { size, operations, isProvisioned: isBegun }).catch((error: unknown) => [`the run failed: ${(error as Error).stack ?? String(error)}`]);
  const figures = { long: size === 'long' ? 1 : 0, ...figuresOf(world) };
  return broken.length > 0 ? { figures, violation: { seed, broken, faults, policy, operations } } : { figures };
}

function figuresOf({ steps, injected, history, smsc, appends }: World): Omit<RunFigures, 'long'> {
  const accepted = history.of('accepted');
  const files = accepted.filter(({ service }) => service === 'file-transfer').length;
  return { steps: steps.total, records: appends, ...injected, messages: accepted.length - files, sessions: history.of('session-started').length, files, summaries: smsc.summaries, erasures: history.of('erased').length };
}

async function play(world: World, { size, operations, isProvisioned }: { readonly size: Size; readonly operations: readonly Operation[]; readonly isProvisioned: boolean }): Promise<string[]> {
  const player = new Player(world);
  if (!isProvisioned) await player.provision();
  await player.begin(size);
  for (const operation of operations) {
    await player.play(operation);
    if (operation.op === 'pass') {
      void world.watch(world.devices.renewLeases());
      await world.rest();
    }
  }
  await world.pass(60_000);
  const early = CHECKERS.filter(({ atEnd }) => !atEnd).flatMap((checker) => checker.check(world).map((line) => `${checker.name}: ${line}`));
  if (early.length > 0) return early;
  await world.pass(FIVE_DAYS_MS);
  return CHECKERS.flatMap((checker) => checker.check(world).map((line) => `${checker.name}: ${line}`));
}
