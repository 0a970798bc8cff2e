import { SERVICES } from '@cpm/runtime-decider';
import { chaosOptions } from '../chaos/options.js';
import { play, type Played } from '../chaos/play.js';
import { isUnnoticed } from '../chaos/result.js';
import { summary } from '../chaos/summary.js';
import type { Installation } from './installation.js';

/** So little that a node of two cores can start as many pods again as it has while it works. */
const RATE = '2';

interface Change {
  readonly what: string;
  readonly make: () => Promise<unknown>;
}

/** Values that differ for the first so many services: a node of two cores is not enough to start a pod more of each at once. */
function changed(services: number): readonly string[] {
  return SERVICES.slice(0, services).map((service) => `services.${service}.config.LOG_LEVEL=debug`);
}

/** Changes what is installed, as operators do, while people talk, and judges what they saw. @throws when something was lost, told twice, out of order, refused or put aside */
export async function changeUnderLoad(system: Played, installation: Installation): Promise<void> {
  const changes: readonly Change[] = [
    { what: 'routing from 2 to 4 pods', make: () => installation.scale('routing', 4) },
    { what: 'routing from 4 to 2 pods', make: () => installation.scale('routing', 2) },
    ...SERVICES.map((service, index) => ({ what: `helm upgrade, which replaces the pods of ${service}`, make: () => installation.upgrade(...changed(index + 1)) })),
    ...SERVICES.map((service, index) => ({ what: `helm upgrade back, which replaces the pods of ${service}`, make: () => installation.upgrade(...changed(SERVICES.length).slice(index + 1)) })),
  ];
  const result = await play(system, chaosOptions(['--rate', RATE, '--minutes', '0']), async ({ tell }) => {
    for (const { what, make } of changes) {
      tell(what);
      const startedAt = Date.now();
      await make();
      tell(`${what}: done after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
    }
  });
  console.log(summary(result));
  console.log(`failed submissions: ${result.verdict.figures.refused}; dead letters: ${result.deadLetters.length}`);
  if (!isUnnoticed(result)) throw new Error('people did not see what they should have seen');
}
