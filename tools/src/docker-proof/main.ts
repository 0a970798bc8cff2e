import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '@cpm/testing-containers';
import { devKeys } from '../dev-tokens/index.js';
import { CHECKOUT } from '../start/services.js';
import { haveBases, keysIn } from './base-images.js';
import { ComposedSystem, OWN } from './composed-system.js';
import { daemonIn, type Daemon } from './daemon.js';
import { demonstrate } from './demonstration.js';
import { faultsOf } from './hardening.js';
import { buildProductImage } from './product-image.js';
import { backUpAndRestore } from './restoration.js';
import { proveStackInDocker } from './stack-in-docker.js';

const startedAt = Date.now();
const log = (line: string) => {
  console.log(`${((Date.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
};
const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false }, twice: { type: 'boolean', default: false }, image: { type: 'string' } } });
/** An image that is there already is proved as it is. */
const IMAGE = values.image ?? 'cpm:proof';
let ended = () => undefined as unknown;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void Promise.resolve(ended()).finally(() => process.exit(130)));

try {
  const daemon = await daemonIn(join(CHECKOUT, '.cpm', 'docker'), values.keep, log);
  ended = () => daemon.stop();
  try {
    if (daemon.host !== undefined) process.env['DOCKER_HOST'] = daemon.host;
    await prove(daemon);
  } finally {
    await daemon.stop();
  }
  log('all held');
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function prove(daemon: Daemon): Promise<void> {
  await haveBases({ daemon, root: CHECKOUT, log });
  if (values.image === undefined) await buildProductImage({ daemon, root: CHECKOUT, tag: IMAGE, log, isTwice: values.twice });
  await devKeys();
  const ports = { entry: await freePort(), smscView: await freePort() };
  const system = new ComposedSystem({ docker: daemon, root: CHECKOUT, image: IMAGE, jwksFile: await keysIn(CHECKOUT), ports, log });
  ended = async () => {
    await system.down(false);
    await daemon.stop();
  };
  try {
    await system.up();
    log(`compose: every service is ready after ${((await system.ready()) / 1_000).toFixed(0)} s`);
    await checkHardening(daemon, system);
    await demonstrate(system, log);
    await backUpAndRestore(system, log);
    await demonstrate(system, log);
    await stopInOrder(daemon, system);
  } finally {
    await system.down(false);
  }
  await proveStackInDocker(log);
}

async function checkHardening(daemon: Daemon, system: ComposedSystem): Promise<void> {
  const faults = await Promise.all(OWN.map(async (service) => (await faultsOf(daemon, await system.idOf(service))).map((fault) => `${service}: ${fault}`)));
  if (faults.flat().length > 0) throw new Error(faults.flat().join('\n'));
  log(`hardening: ${OWN.length} containers run as 65532, without capabilities or new privileges, on a root that cannot be written`);
}

/** Each first process takes its signal itself and ends without being killed. */
async function stopInOrder(daemon: Daemon, system: ComposedSystem): Promise<void> {
  for (const service of ['routing', 'client-edge', 'entry']) {
    const id = await system.idOf(service);
    const began = Date.now();
    await daemon.docker(['stop', '--time', '20', id]);
    const code = await daemon.docker(['inspect', '--format', '{{.State.ExitCode}}', id]);
    if (code.trim() !== '0') throw new Error(`${service}: ended with ${code.trim()} at SIGTERM`);
    log(`stop: ${service} ended in order after ${((Date.now() - began) / 1_000).toFixed(1)} s`);
  }
}
