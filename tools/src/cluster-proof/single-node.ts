import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runLocalService } from '@cpm/testing-containers';
import { run, type Call } from '../docker-proof/docker.js';
import { Undo } from '../start/undo.js';
import { NODE_ADDRESS, NODE_LINK, POD_BRIDGE, POD_NETWORK, SERVICE_NETWORK, writeNodeFiles, type NodeFiles } from './single-node-files.js';

export interface NodeOptions {
  /** For everything that it keeps. */
  readonly folder: string;
  /** Where the programs of Kubernetes are. */
  readonly programs: string;
  readonly coredns: string;
  readonly kubeRouter: string;
  readonly log: (line: string) => void;
}

const ETCD = 'http://127.0.0.1:12379';
const ETCD_PEER = 'http://127.0.0.1:12380';
const LIMIT_MS = 180_000;
const POLL_MS = 500;
const FILTERS = ['iptables', 'ip6tables'];
const TABLES = ['filter', 'nat', 'mangle', 'raw'];

interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Asked until it does not fail. */
  readonly isUp?: () => Promise<unknown>;
  /** Done while it still works. */
  readonly beforeStop?: () => Promise<unknown>;
}

/** A Kubernetes of one node on this machine, made of its own programs: API server, scheduler, controllers, kubelet with containerd, service proxy, network policies, DNS. Needs root. */
export class SingleNode {
  readonly #undo = new Undo();

  private constructor(private readonly options: NodeOptions, private readonly files: NodeFiles) {}

  /** @throws when a program does not start, with the end of its log; what was started is stopped again */
  static async start(options: NodeOptions): Promise<SingleNode> {
    await mkdir(join(options.folder, 'logs'), { recursive: true });
    const node = new SingleNode(options, await writeNodeFiles(options.folder));
    try {
      await node.#start();
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  get kubeconfig(): string {
    return this.files.kubeconfig;
  }

  /** Where the output of containers is, a folder per pod. */
  get podLogs(): string {
    return this.files.podLogs;
  }

  async kubectl(args: readonly string[], call: Call = {}): Promise<string> {
    return run(join(this.options.programs, 'kubectl'), args, { ...call, env: { ...call.env, KUBECONFIG: this.files.kubeconfig } });
  }

  /** Puts images that Docker has where the kubelet finds them. */
  async importImages(archive: string): Promise<void> {
    await run('ctr', ['--address', this.files.containerdSocket, '--namespace', 'k8s.io', 'images', 'import', archive]);
  }

  /** Ends everything and takes its interfaces and rules back. */
  async stop(): Promise<void> {
    await this.#undo.all();
  }

  async #start(): Promise<void> {
    this.#undo.add(() => unmountBelow(this.options.folder));
    await this.#keepRules();
    await this.#link();
    for (const program of await this.#programs()) {
      this.options.log(`kubernetes: ${program.name}`);
      await this.#run(program);
    }
    // While there is a kubelet that takes their namespaces and mounts away.
    this.#undo.add(() => this.kubectl(['delete', 'deployments,jobs,pods', '--all', '--all-namespaces', '--grace-period=1', `--timeout=${LIMIT_MS / 1_000}s`]));
    await this.#until('the node is ready', async () => {
      const ready = await this.kubectl(['get', 'node', 'node', '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}']);
      if (ready !== 'True') throw new Error(`Ready is ${ready}`);
    });
  }

  /** Of the packet filter, as they are before anything here adds its own. */
  async #keepRules(): Promise<void> {
    const at = (filter: string) => join(this.options.folder, filter);
    for (const filter of FILTERS) {
      const rules = await run(`${filter}-save`, []);
      // A table that is named is emptied first.
      const others = TABLES.filter((table) => !rules.includes(`*${table}`)).map((table) => `*${table}\nCOMMIT\n`);
      await writeFile(at(filter), `${rules}\n${others.join('')}`);
    }
    this.#undo.add(async () => {
      for (const filter of FILTERS) await run(`${filter}-restore`, [at(filter)]);
      const sets = (await run('ipset', ['list', '-name'])).split('\n').filter((name) => /^(inet6:)?(KUBE-|kube-router)/.test(name));
      for (const name of sets) await run('ipset', ['destroy', name]);
    });
  }

  async #link(): Promise<void> {
    const links = async (...names: string[]) => {
      for (const name of names) await run('ip', ['link', 'delete', name]).catch(() => undefined);
    };
    await links(NODE_LINK, POD_BRIDGE);
    await run('ip', ['link', 'add', NODE_LINK, 'type', 'bridge']);
    this.#undo.add(() => links(NODE_LINK, POD_BRIDGE));
    await run('ip', ['address', 'add', `${NODE_ADDRESS}/32`, 'dev', NODE_LINK]);
    await run('ip', ['link', 'set', NODE_LINK, 'up']);
    await run('sysctl', ['-qw', 'net.ipv4.ip_forward=1']);
  }

  async #programs(): Promise<readonly Program[]> {
    const { folder, programs, coredns, kubeRouter } = this.options;
    const { kubeconfig, tokens, kubelet, containerd, containerdSocket, corefile } = this.files;
    const at = (name: string) => join(folder, name);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
    await writeFile(at('accounts.key'), privateKey, { mode: 0o600 });
    await writeFile(at('accounts.pub'), publicKey);
    const own = (name: string) => join(programs, name);
    return [
      { name: 'etcd', command: 'etcd', args: ['--data-dir', at('etcd'), '--listen-client-urls', ETCD, '--advertise-client-urls', ETCD, '--listen-peer-urls', ETCD_PEER, '--unsafe-no-fsync'] },
      {
        name: 'kube-apiserver', command: own('kube-apiserver'), isUp: () => this.kubectl(['get', '--raw', '/readyz']),
        args: [
          '--etcd-servers', ETCD, '--cert-dir', at('apiserver'), '--bind-address', NODE_ADDRESS, '--advertise-address', NODE_ADDRESS, '--service-cluster-ip-range', SERVICE_NETWORK, '--authorization-mode', 'RBAC',
          '--service-account-key-file', at('accounts.pub'), '--service-account-signing-key-file', at('accounts.key'), '--service-account-issuer', 'https://kubernetes.default.svc', '--token-auth-file', tokens, '--kubelet-preferred-address-types', 'InternalIP',
        ],
      },
      {
        name: 'kube-controller-manager', command: own('kube-controller-manager'),
        args: ['--kubeconfig', kubeconfig, '--service-account-private-key-file', at('accounts.key'), '--leader-elect=false', '--cert-dir', at('controllers'), '--bind-address', NODE_ADDRESS],
      },
      { name: 'kube-scheduler', command: own('kube-scheduler'), args: ['--kubeconfig', kubeconfig, '--leader-elect=false', '--cert-dir', at('scheduler'), '--bind-address', NODE_ADDRESS] },
      { name: 'containerd', command: 'containerd', args: ['--config', containerd], isUp: () => run('ctr', ['--address', containerdSocket, 'version']), beforeStop: () => this.#killContainers() },
      {
        name: 'kubelet', command: own('kubelet'), isUp: () => this.kubectl(['get', 'node', 'node']),
        args: ['--kubeconfig', kubeconfig, '--config', kubelet, '--root-dir', at('kubelet'), '--cert-dir', at('kubelet-keys'), '--hostname-override', 'node', '--node-ip', NODE_ADDRESS],
      },
      {
        name: 'kube-proxy', command: own('kube-proxy'),
        args: ['--kubeconfig', kubeconfig, '--proxy-mode', 'iptables', '--cluster-cidr', POD_NETWORK, '--hostname-override', 'node', '--conntrack-max-per-core', '0', '--bind-address', NODE_ADDRESS],
      },
      { name: 'coredns', command: coredns, args: ['-conf', corefile] },
      {
        name: 'kube-router', command: kubeRouter,
        args: ['--kubeconfig', kubeconfig, '--run-firewall=true', '--run-router=false', '--run-service-proxy=false', '--hostname-override', 'node', '--service-cluster-ip-range', SERVICE_NETWORK, '--health-port', '0'],
      },
    ];
  }

  async #run({ name, command, args, isUp, beforeStop }: Program): Promise<void> {
    const logs = join(this.options.folder, 'logs');
    const process = await runLocalService({
      name, command, args, workplace: { folder: logs, logPath: join(logs, `${name}.log`), dataDir: logs, isTemporary: false }, isReady: () => true,
    });
    this.#undo.add(() => process.stop());
    if (beforeStop) this.#undo.add(beforeStop);
    if (isUp) await this.#until(`${name} answers`, isUp);
  }

  /** Those that the kubelet had no time for: they would outlive containerd. */
  async #killContainers(): Promise<void> {
    const ctr = (...args: readonly string[]) => run('ctr', ['--address', this.files.containerdSocket, '--namespace', 'k8s.io', 'tasks', ...args]);
    for (const task of (await ctr('ls', '--quiet')).split('\n').filter(Boolean)) await ctr('delete', '--force', task);
  }

  async #until(what: string, isSo: () => Promise<unknown>): Promise<void> {
    for (const deadline = Date.now() + LIMIT_MS; ; ) {
      const fault = await isSo().then(() => undefined, (error: unknown) => error as Error);
      if (!fault) return;
      if (Date.now() > deadline) throw new Error(`not so after ${LIMIT_MS / 1_000} s: ${what} (${fault.message}); see ${join(this.options.folder, 'logs')}`);
      await pause(POLL_MS);
    }
  }
}

/** What containers that were killed have left mounted, the innermost first. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.reverse()) await run('umount', ['--lazy', path.replaceAll('\\040', ' ')]).catch(() => undefined);
}
