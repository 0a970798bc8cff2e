import type { ParseArgsConfig } from 'node:util';
import { SERVICES } from '@cpm/runtime-decider';
import { startSystem, type System } from '../../start/start-system.js';
import { makeKnown } from './known.js';
import { runSchemathesis, schemathesis, type FuzzRun, type FuzzResult } from './schemathesis.js';

export const httpOptions = {
  /** Of each operation, in the fuzzing phase and in the stateful one; coverage has its own. */
  examples: { type: 'string', default: '50' },
  seed: { type: 'string', default: '1' },
  services: { type: 'string', default: SERVICES.join(',') },
  phases: { type: 'string', default: 'examples,coverage,fuzzing,stateful' },
  /** A system that runs already, with its brokers. */
  url: { type: 'string' },
  brokers: { type: 'string' },
} satisfies ParseArgsConfig['options'];

type Options = Readonly<Partial<Record<keyof typeof httpOptions, unknown>>>;

const FOLDER = '.cpm/fuzz/http';
/** Limits of a caller, or of all together, would be all that is seen. */
const NO_LIMITS = Object.fromEntries(
  ['EDGE_REQUESTS_PER_SEC', 'EDGE_REQUESTS_BURST', 'NMS_REQUESTS_PER_SEC', 'NMS_REQUESTS_BURST', 'EDGE_LINK_GUESSES_PER_MIN', 'INTAKE_FLOOR_PER_SEC'].map((name) => [name, '1000000']),
);

/** Runs every operation of every service's OpenAPI document against the running system; resolves with whether each answer was as described. */
export async function fuzzHttp(options: Options): Promise<boolean> {
  const home = await schemathesis();
  console.log(`seed ${String(options.seed)}, ${String(options.examples)} examples of each operation`);
  const system = await systemOf(options);
  try {
    const results: FuzzResult[] = [];
    for (const service of String(options.services).split(',')) {
      const run: FuzzRun = {
        service, url: system.url, known: await makeKnown(system), folder: FOLDER,
        examples: Number(options.examples), seed: Number(options.seed), phases: String(options.phases),
      };
      const result = await runSchemathesis(home, run);
      results.push(result);
      console.log(`${service.padEnd(24)} ${lineOf([result])}${result.failures > 0 ? `: ${result.output}` : ''}`);
    }
    console.log(lineOf(results));
    return results.every(({ held }) => held);
  } finally {
    await system.stop();
  }
}

function systemOf({ url, brokers }: Options): Promise<Pick<System, 'url' | 'brokers' | 'stop'>> {
  if (typeof url === 'string' && typeof brokers === 'string') return Promise.resolve({ url, brokers, stop: () => Promise.resolve() });
  return startSystem({ httpPort: 0, quiet: true, fresh: true, env: NO_LIMITS });
}

function lineOf(results: readonly FuzzResult[]): string {
  const sum = (of: 'operations' | 'cases' | 'failures') => results.reduce((total, result) => total + result[of], 0);
  return `${sum('operations')} operations, ${sum('cases')} cases, ${sum('failures')} failures`;
}
