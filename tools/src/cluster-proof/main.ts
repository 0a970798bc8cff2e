import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { devKeys } from '../dev-tokens/index.js';
import { haveBases, keysIn, NAMED_IMAGES } from '../docker-proof/base-images.js';
import { daemonIn, type Daemon } from '../docker-proof/daemon.js';
import { demonstrate, type Reached } from '../docker-proof/demonstration.js';
import { buildProductImage } from '../docker-proof/product-image.js';
import { CHECKOUT } from '../start/services.js';
import { Installation } from './installation.js';
import { coredns, kubernetes, pauseImage } from './programs.js';
import { SingleNode } from './single-node.js';

const IMAGE = 'cpm:proof';
const startedAt = Date.now();
const log = (line: string) => console.log(`${((Date.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false }, image: { type: 'boolean', default: false } } });
const undo: (() => Promise<unknown>)[] = [];

let undoing: Promise<void> | undefined;

/** Once, whoever asks for it: what is broken off fails, too. */
function undoAll(): Promise<void> {
  undoing ??= undoEach();
  return undoing;
}

async function undoEach(): Promise<void> {
  for (let step = undo.pop(); step; step = undo.pop()) await step().catch((error: unknown) => console.error((error as Error).message));
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void undoAll().finally(() => process.exit(130)));

try {
  await prove();
  log('all held');
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await undoAll();
}

async function prove(): Promise<void> {
  const programs = await kubernetes(log);
  const dns = await coredns(log);
  const folder = await mkdtemp(join(tmpdir(), 'cpm-cluster-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const archive = await imagesIn(folder);
  const node = await SingleNode.start({ folder: join(folder, 'node'), programs, coredns: dns, log });
  undo.push(() => node.stop());
  await node.importImages(archive);
  const installation = new Installation({ node, folder, image: IMAGE, jwksFile: await keysIn(CHECKOUT) });
  await installation.prepare();
  log('broker, database and SMSC simulator run; the namespace takes only pods at the level restricted');
  for (const example of ['minimal', 'ha', 'strimzi']) {
    const refused = await installation.refused(example);
    if (refused.length > 0) throw new Error(`the API server refuses of ${example}:\n${refused.join('\n')}`);
    log(`${example}-values.yaml: the API server would take all that is of Kubernetes`);
  }
  await installation.install();
  log(`helm install: ${(await installation.pods()).length} pods of services are ready`);
  log(`helm test: ${(await installation.helm('test', '--logs')).split('\n').filter((line) => /ready/.test(line)).join('; ')}`);
  await use(installation);
  await installation.helm('uninstall', '--wait');
  log(`helm uninstall: ${(await installation.pods()).length} pods are left`);
}

/** What people do with it while somebody changes it. */
async function use(installation: Installation): Promise<void> {
  const reached: Reached = { url: `http://${await installation.addressOf('entry', 'entry')}:8080`, smscViewUrl: `http://${await installation.addressOf('smsc', 'stores')}:2776` };
  await demonstrate(reached, log);
  const before = await installation.pods();
  await Promise.all([demonstrate(reached, log), scaleOutAndBack(installation)]);
  await Promise.all([demonstrate(reached, log), upgradeAndBack(installation)]);
  const kept = (await installation.pods()).filter((pod) => before.includes(pod));
  if (kept.length > 0) throw new Error(`these pods should have been replaced: ${kept.join(', ')}`);
  await demonstrate(reached, log);
  const restarts = await installation.restarts();
  if (restarts > 0) throw new Error(`containers ended by themselves ${restarts} times\n${await installation.state()}`);
  log('no container ended by itself');
}

async function scaleOutAndBack(installation: Installation): Promise<void> {
  for (const replicas of [4, 2]) {
    await installation.scale('routing', replicas);
    log(`routing has ${replicas} pods`);
  }
}

async function upgradeAndBack(installation: Installation): Promise<void> {
  await installation.upgrade('defaults.config.LOG_LEVEL=debug');
  log('helm upgrade: every pod was replaced');
  await installation.helm('rollback', '--wait', '--timeout', '10m');
  log('helm rollback: every pod was replaced');
}

/** The images that pods are made of, in one archive. */
async function imagesIn(folder: string): Promise<string> {
  const daemon: Daemon = await daemonIn(join(CHECKOUT, '.cpm', 'docker'), values.keep, log);
  undo.push(() => daemon.stop());
  await haveBases({ daemon, root: CHECKOUT, log });
  if (!values.image) await buildProductImage({ daemon, root: CHECKOUT, tag: IMAGE, log });
  await devKeys();
  const pause = join(folder, 'pause');
  await mkdir(pause);
  const images = [IMAGE, await pauseImage(daemon, pause), ...NAMED_IMAGES];
  const archive = join(folder, 'images.tar');
  await daemon.docker(['save', '--output', archive, ...images]);
  log(`images: ${images.join(', ')}`);
  return archive;
}
