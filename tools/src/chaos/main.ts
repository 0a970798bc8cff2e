import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { startSystem } from '../start/start-system.js';
import { environmentOf } from './broken/broken-build.js';
import { chaosOptions, type ChaosOptions } from './options.js';
import { injectFaults, play } from './play.js';
import { isHeld, type ChaosResult } from './result.js';
import { summary } from './summary.js';

const OUT = '.cpm/chaos';

const nameOf = ({ seed, broken }: ChaosOptions) => (broken === undefined ? `seed-${seed}` : `${broken}-seed-${seed}`);

function save(result: ChaosResult, name: string): void {
  mkdirSync(OUT, { recursive: true });
  writeFileSync(`${OUT}/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\nwritten: ${OUT}/${name}.json`);
}

/** The logs would go with the system. */
function keepLogs(logDir: string, name: string): void {
  rmSync(`${OUT}/${name}-logs`, { recursive: true, force: true });
  cpSync(logDir, `${OUT}/${name}-logs`, { recursive: true });
  console.log(`logs:    ${OUT}/${name}-logs`);
}

async function main(options: ChaosOptions): Promise<boolean> {
  console.log('starting three brokers, three databases and two processes of each service …');
  const system = await startSystem({ processes: true, replicas: 2, cluster: true, httpPort: 0, quiet: true, fresh: true, env: environmentOf(options.broken), log: (line) => console.log(`        ${line}`) });
  try {
    const result = await play(system, options, injectFaults);
    console.log(summary(result));
    save(result, nameOf(options));
    return isHeld(result);
  } finally {
    keepLogs(system.logDir, nameOf(options));
    await system.stop();
  }
}

/** Ends with what is wrong with them, without a stack. */
function optionsOrEnd(args: readonly string[]): ChaosOptions {
  try {
    return chaosOptions(args);
  } catch (error) {
    console.error((error as Error).message);
    return process.exit(2);
  }
}

process.exit((await main(optionsOrEnd(process.argv.slice(2)))) ? 0 : 1);
