import { join } from 'node:path';
import { cached } from './cache.js';
import { goBuild } from './go-build.js';
import type { Log } from './service.js';

const VERSION = '2.12.0';

/** Path of the Toxiproxy server from the cache, or built once from its Go module; a cluster needs it, a single broker and mongod do not. @throws when Go is missing */
export async function toxiproxyBinary(log: Log): Promise<string> {
  const folder = await cached(`toxiproxy-${VERSION}`, async (partial) => {
    log(`Toxiproxy: building ${VERSION}`);
    await goBuild({ folder: partial, args: ['install', `github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSION}`] });
    log(`Toxiproxy: ${VERSION} is in the cache`);
  });
  return join(folder, 'server');
}
