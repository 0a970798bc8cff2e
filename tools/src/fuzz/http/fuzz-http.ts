import type { ParseArgsConfig } from 'node:util';
import { SERVICES } from '@cpm/runtime-decider';
import { startSystem, type System } from '../../start/start-system.js';
import { makeKnown } from './known.js';
import { runSchemathesis, schemathesis } from './schemathesis.js';

export const httpOptions = {
  examples: { type: 'string', default: '50' },
  seed: { type: 'string', default: '1' },
  services: { type: 'string', default: SERVICES.join(',') },
  url: { type: 'string' },
  brokers: { type: 'string' },
} satisfies ParseArgsConfig['options'];

const FOLDER = '.cpm/fuzz/http';

/** Runs every operation of every service's OpenAPI document against the running system. */
export async function fuzzHttp(options: Readonly<Record<string, unknown>>): Promise<boolean> {
  const home = await schemathesis();
  const system = options['url'] === undefined ? await startSystem({ httpPort: 0, quiet: true, fresh: true, env: { EDGE_REQUESTS_PER_SEC: '100000', EDGE_REQUESTS_BURST: '100000', NMS_REQUESTS_PER_SEC: '100000', NMS_REQUESTS_BURST: '100000', EDGE_LINK_GUESSES_PER_MIN: '100000' } }) : { url: String(options['url']), brokers: String(options['brokers']), stop: async () => undefined };
  try {
    let held = true;
    for (const service of String(options['services']).split(',')) {
      const known = await makeKnown(system as System);
      const { code, output } = await runSchemathesis(home, { service, url: system.url, examples: Number(options['examples']), seed: Number(options['seed']), known, folder: FOLDER });
      console.log(service, code, output);
      held &&= code === 0;
    }
    return held;
  } finally {
    await system.stop();
  }
}
