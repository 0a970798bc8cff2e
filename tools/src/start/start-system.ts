import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceName } from '@cpm/runtime-decider';
import { freePort, type LocalCluster, type LocalStack, type Proxy, type SecureStack } from '@cpm/testing-containers';
import { devKeys } from '../dev-tokens/index.js';
import { serveSmscView, startSmscSimulator, type SmscSimulator } from '../smsc-simulator/index.js';
import { startCollector } from '../spans/collector.js';
import { startEntryProxy } from './entry-proxy.js';
import { Fleet } from './fleet.js';
import type { ProcessEnd, ServiceProcess } from './service-process.js';
import { CHECKOUT, PROCESSES, type AppName } from './services.js';
import { startSystemStack } from './system-stack.js';
import { Undo } from './undo.js';

export interface SystemOptions {
  /** One process per service behind an entry of its own, instead of one for all. */
  readonly processes?: boolean | undefined;
  /** Processes of each service; with `processes` only. */
  readonly replicas?: number | undefined;
  /** Three brokers and three mongods behind proxies, and the SMSC behind one, too, instead of one broker and one mongod. */
  readonly cluster?: boolean | undefined;
  /** 0 takes a free port. */
  readonly httpPort?: number | undefined;
  /** Prints nothing. */
  readonly quiet?: boolean | undefined;
  /** Starts without data and keeps none, instead of going on with those in `.cpm/data`. */
  readonly fresh?: boolean | undefined;
  /** Broker and database take only who says over TLS who he is, and each process may do only what it needs. */
  readonly secure?: boolean | undefined;
  /** Traces every message, and keeps the last traces in a collector of its own. */
  readonly traces?: boolean | undefined;
  /** The built checkout whose services are started, instead of this one. */
  readonly checkout?: string | undefined;
  /** Further variables for the services. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

/** A running system: broker, database, SMSC simulator and services. */
export interface System {
  /** Base URL of the entry, without a final slash. */
  readonly url: string;
  /** `host:port[,host:port]`. */
  readonly brokers: string;
  /** With the password of the administrator where there is one. */
  readonly mongoUri: string;
  /** Undefined when SMPP_URL names a real SMSC. */
  readonly smsc: (SmscSimulator & { readonly viewUrl: string }) | undefined;
  /** Of the development collector. */
  readonly collectorUrl: string | undefined;
  /** The private key that development tokens are signed with. */
  readonly keyFile: string;
  /** Where the services log. */
  readonly logDir: string;
  readonly processes: readonly ServiceProcess[];
  /** Process ids by app, of its first replica; they change when one dies. */
  readonly pids: ReadonlyMap<AppName, number>;
  readonly stack: LocalStack;
  /** The same when it is secured. */
  readonly secureStack: SecureStack | undefined;
  /** The stack when it is a cluster. */
  readonly cluster: LocalCluster | undefined;
  /** What the services reach the SMSC simulator through; only with a cluster. */
  readonly smscProxy: Proxy | undefined;
  /** Starts or ends processes of a service until there are so many; with `processes` only. @throws when one does not start */
  scale(service: ServiceName, replicas: number): Promise<void>;
  /** Kills the first replica of a service as a crash does; it is started again. */
  kill(service: ServiceName): void;
  /** Hears of every process that ends from now on, before it is started again. */
  onProcessEnd(listener: (end: ProcessEnd) => void): void;
  /** Stops the services and leaves broker and database running. */
  stopServices(): Promise<void>;
  stop(): Promise<void>;
}

const LOCAL = '127.0.0.1';

/** Starts everything and resolves when every service is ready. @throws when a part cannot be started; what was started is stopped again */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const undo = new Undo();
  try {
    return await start(options, undo);
  } catch (error) {
    await undo.all();
    throw error;
  }
}

async function start(options: SystemOptions, undo: Undo): Promise<System> {
  const { processes = false, replicas = 1, httpPort = 8080, quiet = false, fresh = false, secure = false, cluster: isCluster = false, checkout = CHECKOUT, env = {}, log = console.log } = options;
  const tell = quiet ? () => undefined : log;
  const place = await workplace({ fresh, secure }, undo);
  tell('starting Kafka and MongoDB …');
  const apps = processes ? PROCESSES.each : PROCESSES.one;
  const { stack, secureStack, cluster, variablesOf } = await startSystemStack({ dataDir: place.data, secure, cluster: isCluster, log: (line) => tell(`  ${line}`) }, apps);
  undo.add(() => stack.stop());
  const smsc = await smscFor(undo, env['SMPP_URL'] || process.env['SMPP_URL']);
  const smscProxy = smsc && (await cluster?.toxiproxy.proxy('smsc', Number(new URL(smsc.url).port)));
  const collectorUrl = options.traces ? await collectorFor(undo) : undefined;
  const entryPort = httpPort || (await freePort());
  const environment = {
    ...(await surroundings(entryPort)),
    ...(processes && { EDGE_PROXY_HOPS: '1', HTTP_HOST: LOCAL }),
    ...(smsc && { SMPP_URL: atPort(smsc.url, smscProxy?.port) }),
    ...(collectorUrl !== undefined && { OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl, OTEL_TRACES_SAMPLER_ARG: '1', OTEL_BSP_SCHEDULE_DELAY: '250' }),
  };
  const services = new Undo();
  undo.add(() => services.all());
  const ends: ((end: ProcessEnd) => void)[] = [];
  const fleet = new Fleet({
    environmentOf: (app) => ({ ...environment, ...variablesOf(app), ...env }), checkout, logs: place.logs, log, onEnd: (end) => ends.forEach((listener) => listener(end)),
    ...(!processes && { port: entryPort }),
  });
  await fleet.addEach(apps, processes ? replicas : 1);
  tell(`starting ${processes ? `the services in ${fleet.processes.length} processes` : 'the services in one process'} …`);
  services.add(() => fleet.stop());
  await fleet.start();
  const url = processes ? await entryOf(entryPort, fleet, services) : `http://${LOCAL}:${entryPort}`;
  await readiness(url);
  const firstOf = (app: AppName) => fleet.processes.find(({ service }) => service === app);
  return {
    url, smsc, collectorUrl, stack, secureStack, cluster, smscProxy,
    brokers: stack.kafka.brokers.join(','),
    mongoUri: stack.mongo.uri,
    keyFile: join(CHECKOUT, '.cpm', 'dev-key.json'),
    logDir: place.logs,
    get processes() { return fleet.processes; },
    scale: (service, count) => fleet.scale(service, count),
    get pids() {
      return new Map(fleet.processes.flatMap(({ service, replica, pid }) => (pid === undefined || replica > 1 ? [] : [[service, pid] as const])));
    },
    kill: (service) => (firstOf(service) ?? firstOf('all-in-one'))?.kill(),
    onProcessEnd: (listener) => { ends.push(listener); },
    stopServices: () => services.all(), stop: () => undo.all(),
  };
}

/** What this process was started with, and what services need that it does not say. */
async function surroundings(entryPort: number): Promise<NodeJS.ProcessEnv> {
  const { env } = process;
  return {
    ...env,
    PUBLIC_URL: env['PUBLIC_URL'] || `http://${LOCAL}:${entryPort}`,
    CPM_JWKS_URL: env['CPM_JWKS_URL'] || (await devKeys()).jwksUrl,
    // Devices on the same machine are told of changes, too.
    NMS_NOTIFY_ALLOW: env['NMS_NOTIFY_ALLOW'] || '127.0.0.1/8,localhost',
  };
}

/** The same URL with another port, where there is one. */
function atPort(url: string, port: number | undefined): string {
  const parsed = new URL(url);
  if (port !== undefined) parsed.port = String(port);
  return parsed.href;
}

async function workplace({ fresh, secure }: { fresh: boolean; secure: boolean }, undo: Undo): Promise<{ data: string | undefined; logs: string }> {
  if (!fresh) {
    const home = join(CHECKOUT, '.cpm');
    // What a secured stack wrote another cannot read.
    const data = join(home, secure ? 'data-secure' : 'data');
    await mkdir(data, { recursive: true });
    return { data, logs: join(home, 'logs') };
  }
  const logs = await mkdtemp(join(tmpdir(), 'cpm-logs-'));
  undo.add(() => rm(logs, { recursive: true, force: true }));
  return { data: undefined, logs };
}

async function smscFor(undo: Undo, url: string | undefined): Promise<(SmscSimulator & { readonly viewUrl: string }) | undefined> {
  if (url) return undefined;
  const simulator = await startSmscSimulator();
  undo.add(() => simulator.close());
  const view = await serveSmscView(simulator, { port: 0 });
  undo.add(() => view.close());
  return Object.assign(simulator, { viewUrl: view.url });
}

async function collectorFor(undo: Undo): Promise<string> {
  const collector = await startCollector();
  undo.add(() => collector.close());
  return collector.url;
}

async function entryOf(port: number, fleet: Fleet, services: Undo): Promise<string> {
  const entry = await startEntryProxy(port, () => fleet.replicas);
  services.add(() => entry.close());
  return entry.url;
}

const READY_LIMIT_MS = 60_000;

/** Waits until the entry says that every consumer runs. */
async function readiness(url: string): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`not ready after ${READY_LIMIT_MS / 1_000} s: ${await answer?.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
