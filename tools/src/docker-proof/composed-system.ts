import { SERVICES } from '@cpm/runtime-decider';
import { setTimeout as pause } from 'node:timers/promises';
import { devKeys } from '../dev-tokens/index.js';
import type { Docker } from './docker.js';
import { inspect } from './hardening.js';

export const STORES = ['kafka', 'mongo', 'replica-set'];
export const OWN = [...SERVICES, 'smsc', 'entry'];

export interface ComposedOptions {
  readonly docker: Docker;
  /** The checkout. */
  readonly root: string;
  readonly image: string;
  readonly jwksFile: string;
  /** Ports of this machine. */
  readonly ports: { readonly entry: number; readonly smscView: number };
  readonly log: (line: string) => void;
}

const READY_LIMIT_MS = 300_000;
const POLL_MS = 1_000;
const TELL_MS = 5_000;

/** The system of deploy/compose.yaml. */
export class ComposedSystem {
  readonly project = `cpm-proof-${process.pid}`;
  readonly url: string;
  readonly smscViewUrl: string;

  constructor(private readonly options: ComposedOptions) {
    this.url = `http://127.0.0.1:${options.ports.entry}`;
    this.smscViewUrl = `http://127.0.0.1:${options.ports.smscView}`;
  }

  async up(services: readonly string[] = []): Promise<void> {
    try {
      await this.compose(['up', '-d', ...services]);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await this.compose(['logs', '--tail', '30'])}`, { cause: error });
    }
  }

  /** Without the data when `data` is false. */
  async down(data: boolean): Promise<void> {
    await this.compose(['down', '--timeout', '20', ...(data ? [] : ['--volumes'])]);
  }

  async idOf(service: string): Promise<string> {
    return (await this.compose(['ps', '-q', service])).trim();
  }

  /** @throws with what lacks when not every process is ready in time */
  async ready(): Promise<number> {
    const started = Date.now();
    for (let told = started; ; ) {
      const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      if (answer?.ok && (await this.isHealthy('entry'))) return Date.now() - started;
      const says = answer ? await answer.text() : 'the entry does not answer';
      if (Date.now() - started > READY_LIMIT_MS) throw new Error(`not ready after ${READY_LIMIT_MS / 1_000} s: ${says}\n${await this.compose(['logs', '--tail', '30'])}`);
      await pause(POLL_MS);
      if (Date.now() - told < TELL_MS) continue;
      told = Date.now();
      this.options.log(`  waiting: ${says.slice(0, 160)}`);
    }
  }

  /** A process beside the system, with its broker and database; ends before this resolves. */
  async beside(args: readonly string[], mounts: readonly string[] = []): Promise<string> {
    const { docker, image, log } = this.options;
    const volumes = mounts.flatMap((mount) => ['--volume', mount]);
    const stores = ['--env', 'KAFKA_BROKERS=kafka:9092', '--env', 'MONGODB_URI=mongodb://mongo:27017/?replicaSet=cpm'];
    const hardened = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges:true', '--no-healthcheck'];
    return docker.docker(['run', '--rm', '--network', `${this.project}_default`, ...hardened, ...volumes, ...stores, image, ...args], { onLine: (line) => log(`  ${line}`) });
  }

  /** The history of a user as the operator exports it, without the line that says when. */
  async historyOf(user: string): Promise<readonly string[]> {
    const token = await (await devKeys()).sign({ scope: 'operator' });
    const answer = await fetch(`${this.url}/admin/v1/subscribers/${encodeURIComponent(user)}/export?content=true`, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`the history of a user: status ${answer.status}`);
    return (await answer.text()).trimEnd().split('\n').slice(1);
  }

  private async isHealthy(service: string): Promise<boolean> {
    return (await inspect(this.options.docker, await this.idOf(service))).State.Health?.Status === 'healthy';
  }

  private async compose(args: readonly string[]): Promise<string> {
    const { docker, root, image, jwksFile, ports } = this.options;
    const env = {
      CPM_IMAGE: image, CPM_JWKS_FILE: jwksFile, PUBLIC_URL: this.url, ENTRY_BIND: `127.0.0.1:${ports.entry}`, SMSC_VIEW_BIND: `127.0.0.1:${ports.smscView}`,
    };
    return docker.compose(['-p', this.project, '-f', 'deploy/compose.yaml', ...args], { cwd: root, env });
  }
}
