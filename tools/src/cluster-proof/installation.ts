import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICES } from '@cpm/runtime-decider';
import { helm } from '../chart/chart-tools.js';
import { CHART } from '../chart/chart-files.js';
import { run } from '../docker-proof/docker.js';
import { CHECKOUT } from '../start/services.js';
import { KUBERNETES } from './programs.js';
import type { SingleNode } from './single-node.js';

export interface InstallationOptions {
  readonly node: SingleNode;
  /** For files of its own. */
  readonly folder: string;
  readonly image: string;
  /** The public keys that tokens are signed with. */
  readonly jwksFile: string;
  /** Of the SMSC, as pods reach it. */
  readonly smscUrl: string;
}

const inSources = (name: string) => join(CHECKOUT, 'tools', 'src', 'cluster-proof', 'manifests', name);
const RELEASE = 'cpm';
const NAMESPACE = 'cpm';
const LIMIT = '10m';
/** What kubectl says of an object that would be taken, or of a kind that this API server does not know. */
const TAKEN = /\(server dry run\)$|no matches for kind|^ensure CRDs are installed first\]?$/;
const MONGODB = 'mongodb://mongo.stores.svc.cluster.local:27017/?replicaSet=cpm';

/** The chart, installed on a node beside a broker, a mongod and an SMSC simulator. */
export class Installation {
  constructor(private readonly options: InstallationOptions) {}

  /** Resolves when everything around the chart works. */
  async prepare(): Promise<void> {
    const { node, folder, image, jwksFile, smscUrl } = this.options;
    const manifest = join(folder, 'stores.yaml');
    await writeFile(manifest, (await readFile(inSources('stores.yaml'), 'utf8')).replaceAll('${CPM_IMAGE}', image));
    await node.kubectl(['apply', '-f', manifest]);
    await node.kubectl(['-n', 'stores', 'wait', 'deployment', '--all', '--for=condition=Available', `--timeout=${LIMIT}`]);
    await node.kubectl(['-n', 'stores', 'wait', 'job/replica-set', '--for=condition=Complete', `--timeout=${LIMIT}`]);
    await node.kubectl(['create', 'namespace', NAMESPACE]);
    await node.kubectl(['label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted', 'pod-security.kubernetes.io/enforce-version=latest']);
    await this.#secret('cpm-mongodb', ...SERVICES.map((service) => `--from-literal=${service}=${MONGODB}`));
    await this.#secret('cpm-smsc', `--from-literal=url=${smscUrl}`);
    await this.#secret('cpm-jwks', `--from-file=jwks.json=${jwksFile}`);
  }

  /** What the API server would refuse of the chart's example `ci/<example>-values.yaml`; kinds that it does not know are left out. */
  async refused(example: string): Promise<readonly string[]> {
    const rendered = await run(await helm(), ['template', RELEASE, CHART, '--namespace', NAMESPACE, '--values', join(CHART, 'ci', `${example}-values.yaml`), '--no-hooks', '--kube-version', KUBERNETES]);
    const file = join(this.options.folder, `${example}.yaml`);
    await writeFile(file, rendered);
    const said = await this.options.node.kubectl(['-n', NAMESPACE, 'apply', '--dry-run=server', '-f', file], { keptLines: Number.POSITIVE_INFINITY }).then(() => '', (error: unknown) => (error as Error).message);
    return said.split('\n').slice(1).filter((line) => line !== '' && !TAKEN.test(line));
  }

  /** @throws when it is not ready in time, with what became of its pods */
  async helm(...args: readonly string[]): Promise<string> {
    const [command = '', ...rest] = args;
    return run(await helm(), [command, RELEASE, ...rest, '--namespace', NAMESPACE], { env: { KUBECONFIG: this.options.node.kubeconfig } }).catch(async (error: unknown) => {
      throw new Error(`${(error as Error).message}\n${await this.state()}`, { cause: error });
    });
  }

  async install(): Promise<void> {
    await this.helm('install', CHART, '--values', inSources('values.yaml'), '--wait', '--timeout', LIMIT);
  }

  /** With further values; resolves when the new pods are ready and the old ones on their way out. */
  async upgrade(...values: readonly string[]): Promise<void> {
    await this.helm('upgrade', CHART, '--values', inSources('values.yaml'), ...values.flatMap((value) => ['--set', value]), '--wait', '--timeout', LIMIT);
  }

  async scale(service: string, replicas: number): Promise<void> {
    await this.#kubectl('scale', `deployment/${RELEASE}-${service}`, `--replicas=${replicas}`);
    await this.#kubectl('rollout', 'status', `deployment/${RELEASE}-${service}`, `--timeout=${LIMIT}`);
  }

  /** Names of the pods of services that are not on their way out. */
  async pods(): Promise<readonly string[]> {
    const template = '{range .items[?(@.status.phase=="Running")]}{.metadata.name}{" "}{.metadata.deletionTimestamp}{"\\n"}{end}';
    const lines = (await this.#kubectl('get', 'pods', '-l', `app.kubernetes.io/instance=${RELEASE}`, '-o', `jsonpath=${template}`)).split('\n');
    return lines.filter((line) => line.endsWith(' ')).map((line) => line.trim());
  }

  /** Restarts of containers that nobody asked for, of all pods. */
  async restarts(): Promise<number> {
    const counts = await this.#kubectl('get', 'pods', '-o', 'jsonpath={.items[*].status.containerStatuses[*].restartCount}');
    return counts.split(/\s+/).filter(Boolean).reduce((sum, count) => sum + Number(count), 0);
  }

  async addressOf(service: string, namespace: string): Promise<string> {
    return this.options.node.kubectl(['-n', namespace, 'get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}']);
  }

  /** For a person who wants to know why. */
  async state(): Promise<string> {
    const pods = await this.options.node.kubectl(['get', 'pods', '--all-namespaces', '-o', 'wide']).catch((error: unknown) => (error as Error).message);
    const events = await this.#kubectl('get', 'events', '--sort-by=.lastTimestamp').catch((error: unknown) => (error as Error).message);
    return `${pods}\n${events.split('\n').slice(-20).join('\n')}`;
  }

  async #secret(name: string, ...content: readonly string[]): Promise<void> {
    await this.#kubectl('create', 'secret', 'generic', name, ...content);
  }

  async #kubectl(...args: readonly string[]): Promise<string> {
    return this.options.node.kubectl(['-n', NAMESPACE, ...args]);
  }
}
