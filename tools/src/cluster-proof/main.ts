import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { devKeys } from '../dev-tokens/index.js';
import { haveBases, keysIn, NAMED_IMAGES } from '../docker-proof/base-images.js';
import { daemonIn } from '../docker-proof/daemon.js';
import { demonstrate } from '../docker-proof/demonstration.js';
import { buildProductImage } from '../docker-proof/product-image.js';
import { serveSmscView, startSmscSimulator } from '../smsc-simulator/index.js';
import { CHECKOUT } from '../start/services.js';
import { Undo } from '../start/undo.js';
import { Installation } from './installation.js';
import { coredns, kubeRouter, kubernetes, pauseImage } from './programs.js';
import { tryFlows } from './network-policies.js';
import { NODE_ADDRESS } from './single-node-files.js';
import { SingleNode } from './single-node.js';
import { changeUnderLoad } from './under-load.js';

const IMAGE = 'cpm:proof';
/** As `manifests/values.yaml` lets pods reach it. */
const SMSC_PORT = 2775;
/** What containers that are there at the end have said. */
const LOGS = join(CHECKOUT, '.cpm', 'cluster-proof');
const startedAt = Date.now();
const log = (line: string) => console.log(`${((Date.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false }, image: { type: 'boolean', default: false } } });
const undo = new Undo();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void undo.all().finally(() => process.exit(130)));

try {
  await prove();
  log('all held');
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await undo.all();
}
// A run that was broken off leaves talkers behind.
process.exit();

async function prove(): Promise<void> {
  const programs = await kubernetes(log);
  const others = { coredns: await coredns(log), kubeRouter: await kubeRouter(log) };
  const folder = await mkdtemp(join(tmpdir(), 'cpm-cluster-'));
  undo.add(() => rm(folder, { recursive: true, force: true }));
  const archive = await imagesIn(folder);
  const node = await SingleNode.start({ folder: join(folder, 'node'), programs, ...others, log });
  undo.add(() => node.stop());
  undo.add(() => cp(node.podLogs, LOGS, { recursive: true, force: true, verbatimSymlinks: true }));
  await node.importImages(archive);
  const smsc = await startSmscSimulator({ host: NODE_ADDRESS, port: SMSC_PORT });
  undo.add(() => smsc.close());
  const view = await serveSmscView(smsc, { port: 0 });
  undo.add(() => view.close());
  const installation = new Installation({ node, folder, image: IMAGE, jwksFile: await keysIn(CHECKOUT), smscUrl: smsc.url });
  await installation.prepare();
  log('broker and database run; the namespace takes only pods at the level restricted');
  for (const example of ['minimal', 'ha', 'strimzi']) {
    const refused = await installation.refused(example);
    if (refused.length > 0) throw new Error(`the API server refuses of ${example}:\n${refused.join('\n')}`);
    log(`${example}-values.yaml: the API server would take all that is of Kubernetes`);
  }
  await installation.install();
  log(`helm install: ${(await installation.pods()).length} pods of services are ready`);
  log(`helm test: ${(await installation.helm('test', '--logs')).split('\n').find((line) => /\d+ ready, \d+ not ready/.test(line))?.trim()}`);
  const url = `http://${await installation.addressOf('entry', 'entry')}:8080`;
  log(`network policies: ${await tryFlows(node, NODE_ADDRESS)} connections pass or are stopped as they should`);
  await demonstrate({ url, smscViewUrl: view.url }, log);
  const before = await installation.pods();
  await changeUnderLoad({ url, smsc: Object.assign(smsc, { viewUrl: view.url }), processes: [], onProcessEnd: () => undefined, logDir: node.podLogs, isOwnLog: (path) => path.startsWith('cpm_') }, installation);
  const kept = (await installation.pods()).filter((pod) => before.includes(pod));
  if (kept.length > 0) throw new Error(`these pods should have been replaced: ${kept.join(', ')}`);
  await demonstrate({ url, smscViewUrl: view.url }, log);
  const restarts = await installation.restarts();
  if (restarts > 0) throw new Error(`containers ended by themselves ${restarts} times\n${await installation.state()}`);
  log('no container ended by itself');
  await installation.helm('uninstall', '--wait');
  log(`helm uninstall: ${(await installation.pods()).length} pods are left`);
}

/** The images that pods are made of, in one archive. */
async function imagesIn(folder: string): Promise<string> {
  const daemon = await daemonIn(join(CHECKOUT, '.cpm', 'docker'), values.keep, log);
  undo.add(() => daemon.stop());
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
