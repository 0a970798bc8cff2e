import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SERVICES, type ServiceName } from '@cpm/runtime-decider';
import { chaosOptions } from '../chaos/options.js';
import { play } from '../chaos/play.js';
import { isUnnoticed, type ChaosResult } from '../chaos/result.js';
import { summary } from '../chaos/summary.js';
import { startSystem } from '../start/start-system.js';
import { scalingAndRestarts, upgrade } from './acts.js';
import { earlierVersion } from './earlier-version.js';
import { rollout, type RolloutReport } from './rollout.js';

const OUT = '.cpm/rollout';
const REPLICAS = 2;

function serviceNamed(name: string): ServiceName {
  const found = SERVICES.find((service) => service === name);
  if (!found) throw new Error(`--service: ${name} is none of ${SERVICES.join(', ')}`);
  return found;
}

async function main(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      service: { type: 'string', default: 'routing' }, rate: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' },
      'between-sec': { type: 'string', default: '15' }, from: { type: 'string' },
    },
  });
  const service = serviceNamed(values.service);
  const betweenSec = Number(values['between-sec']);
  if (!(betweenSec >= 0)) throw new Error('--between-sec: must be a number of at least 0');
  const options = chaosOptions(['--rate', values.rate, '--seed', values.seed, '--minutes', '0']);
  const from = values.from === undefined ? undefined : await earlierVersion(values.from);
  console.log(`starting a broker, a database and ${REPLICAS} processes of each service${from ? ` as of ${from.commit}` : ''} …`);
  const system = await startSystem({ processes: true, replicas: REPLICAS, httpPort: 0, quiet: true, fresh: true, checkout: from?.checkout, log: (line) => console.log(`        ${line}`) });
  try {
    let told: RolloutReport | undefined;
    const result = await play(system, options, rollout(from ? upgrade(from) : scalingAndRestarts(service, REPLICAS), betweenSec * 1_000, (report) => (told = report)));
    console.log(summary(result));
    mkdirSync(OUT, { recursive: true });
    writeFileSync(`${OUT}/result.json`, `${JSON.stringify({ ...result, from: from?.commit, rollout: told }, null, 2)}\n`);
    return isRolledOut(result, told);
  } finally {
    await system.stop();
  }
}

/** Nothing lost or told twice, nobody turned away, nothing put aside that another version had said, and no consumer left behind. */
function isRolledOut(result: ChaosResult, told: RolloutReport | undefined): boolean {
  const isCaughtUp = told?.steps.every(({ caughtUpMs }) => caughtUpMs !== undefined) === true;
  console.log(`failed submissions: ${result.verdict.figures.refused}; dead letters: ${result.deadLetters.length}; consumers in calm ${told?.calm.median} records behind (at most ${told?.calm.most}); caught up after every step: ${isCaughtUp ? 'yes' : 'NO'}`);
  return isUnnoticed(result) && isCaughtUp;
}

const held = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error((error as Error).message);
  return false;
});
process.exit(held ? 0 : 1);
