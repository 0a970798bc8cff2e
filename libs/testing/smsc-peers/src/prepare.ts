import type { Log } from '@cpm/testing-containers';
import { compiled } from './counting-smsc.js';
import { cloudhopperClassPath, jsmppClassPath, jsmppKeys } from './maven.js';

/** Fetches and makes what the peers would when first started, so that no test's time limit has to cover it. @throws as they do */
export async function prepareSmscPeers(log: Log): Promise<void> {
  await jsmppClassPath(log);
  await jsmppKeys();
  await compiled(await cloudhopperClassPath(log));
}
