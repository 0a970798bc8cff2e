import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.js';
import type { Log } from './service.js';
import { runTool } from './tool.js';

const VERSION = '2.12.0';
const INSTALL = 'On Debian: apt-get install golang-go. A cluster needs it, a single broker and mongod do not';

/** Path of the Toxiproxy server from the cache, or built once from its Go module, whose content Go's checksum database vouches for. @throws when Go is missing */
export async function toxiproxyBinary(log: Log): Promise<string> {
  const folder = await cached(`toxiproxy-${VERSION}`, async (partial) => {
    log(`Toxiproxy: building ${VERSION}`);
    const modules = join(partial, 'modules');
    await runTool({
      command: 'go',
      args: ['install', '-modcacherw', `github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSION}`],
      env: { GOBIN: partial, GOPATH: modules, GOFLAGS: '' },
      ifMissing: INSTALL,
    });
    await rm(modules, { recursive: true });
    log(`Toxiproxy: ${VERSION} is in the cache`);
  });
  return join(folder, 'server');
}
