import { join } from 'node:path';
import type { ServiceName } from '@cpm/runtime-decider';
import { freePort } from '@cpm/testing-containers';
import type { Replicas } from './entry-proxy.js';
import { managedProcess, type ManagedProcess, type ProcessEnd, type ServiceProcess } from './service-process.js';
import { mainOf, type AppName } from './services.js';

export interface FleetOptions {
  readonly environmentOf: (app: AppName) => NodeJS.ProcessEnv;
  /** The checkout whose apps they are. */
  readonly checkout: string;
  /** Where they log, each to a file of its own. */
  readonly logs: string;
  readonly log: (line: string) => void;
  readonly onEnd: (end: ProcessEnd) => void;
  /** Of the one process of all services; those of one service each take a free one. */
  readonly port?: number | undefined;
}

const HOST = '127.0.0.1';

/** The processes of the services, whose number may change while they run. */
export class Fleet {
  readonly #processes: ManagedProcess[] = [];

  constructor(private readonly options: FleetOptions) {}

  get processes(): readonly ServiceProcess[] {
    return this.#processes;
  }

  /** As they are now. */
  get replicas(): Replicas {
    return new Map([...Map.groupBy(this.#processes, ({ service }) => service as ServiceName)].map(([service, replicas]) => [service, replicas.map(({ url }) => ({ host: HOST, port: Number(new URL(url).port) }))]));
  }

  /** One more process of the service, not started. */
  async add(service: AppName): Promise<ManagedProcess> {
    const { environmentOf, checkout, logs, log, onEnd, port = await freePort() } = this.options;
    const replica = this.#of(service).length + 1;
    const name = replica === 1 ? service : `${service}-${replica}`;
    const process = managedProcess({ service, replica, url: `http://${HOST}:${port}` }, {
      name, script: mainOf(service, checkout), environment: { ...named(environmentOf(service), name), HTTP_PORT: String(port) }, logPath: join(logs, `${name}.log`), log,
      onEnd: (end) => onEnd({ ...end, service, replica }),
    });
    this.#processes.push(process);
    return process;
  }

  async addEach(services: readonly AppName[], replicas: number): Promise<void> {
    for (const service of services) for (let count = 0; count < replicas; count += 1) await this.add(service);
  }

  /** Starts those that are not there yet, or ends the last ones in order. Resolves when it is so. @throws when one does not start */
  async scale(service: ServiceName, replicas: number): Promise<void> {
    const started: Promise<void>[] = [];
    for (let more = replicas - this.#of(service).length; more > 0; more -= 1) started.push((await this.add(service)).start());
    await Promise.all(started);
    const surplus = this.#of(service).slice(replicas);
    // Nobody is sent to one that is about to go.
    for (const process of surplus) this.#processes.splice(this.#processes.indexOf(process), 1);
    await Promise.all(surplus.map((process) => process.stop()));
  }

  async start(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
  }

  #of(service: AppName): readonly ManagedProcess[] {
    return this.#processes.filter((process) => process.service === service);
  }
}

/** The database tells its operators, and faults, which connection is whose. */
function named(environment: NodeJS.ProcessEnv, name: string): NodeJS.ProcessEnv {
  const { MONGODB_URI: uri } = environment;
  // One without options names no replica set, and is refused by the service.
  return !uri?.includes('?') || uri.includes('appName=') ? environment : { ...environment, MONGODB_URI: `${uri}&appName=${name}` };
}
