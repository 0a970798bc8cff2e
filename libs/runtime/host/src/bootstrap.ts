import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpAdapter, GovernedIntake, HttpModule, refuseOtherMethods, TokenVerifier, traceRequests } from '@cpm/http';
import type { Clock } from '@cpm/runtime-ports';
import { Logger } from 'nestjs-pino';
import type { DestinationStream, Logger as Logging } from 'pino';
import { Admission } from './admission/admission.js';
import type { HostConfig } from './config.js';
import { HostModule } from './host.module.js';
import { HostedServices } from './hosted-services.js';
import { KafkaMongoPlatform } from './kafka-mongo-platform.js';
import { allowOrigins, entranceOf, tokensOf } from './entrance.js';
import { createLogger, loggingModule, logRequests } from './logging.js';
import { watchHost } from './metrics/host-metrics.js';
import type { Metrics } from './metrics/metrics.js';
import type { Platform } from './platform.js';
import { PolicySource } from './policy-source.js';
import { Readiness } from './readiness.js';
import { Revocations } from './revocation/revocations.js';
import { openApiDocuments } from './service-controllers.js';
import { machineClock } from './system-clock.js';
import { METRICS } from './tokens.js';
import { startTracing, type Tracing } from './tracing/start-tracing.js';

export interface BootstrapOptions {
  /** Kafka and MongoDB of the configuration unless given. */
  readonly platform?: Platform;
  readonly clock?: Clock;
  /** Called when a consumer has crashed for good. */
  readonly crash?: (reason: string) => void;
  readonly logOutput?: DestinationStream;
}

/** A running process: its services consume and its HTTP entrance answers. */
export interface RunningHost {
  readonly app: NestFastifyApplication;
  /** Base URL of the HTTP entrance, without a final slash. */
  readonly url: string;
  /** Takes no new work, finishes what is in hand, then disconnects. */
  close(): Promise<void>;
}

/** The root of the application; what it imports depends on the process. */
@Module({})
class Application {}

/**
 * Runs the services of the given modules in this process behind one HTTP entrance.
 * @throws when Kafka or MongoDB cannot be reached, the port is taken, or topics do not fit
 */
export async function bootstrap(modules: readonly (Type | DynamicModule)[], config: HostConfig, options: BootstrapOptions = {}): Promise<RunningHost> {
  const { clock = machineClock(config.CLOCK_OFFSET_MS), crash = exitAtOnce } = options;
  const redacting = keyed(config);
  const log = createLogger(redacting, options.logOutput);
  const openApi = openApiDocuments(modules);
  const tracing = startTracing(redacting, [...openApi.keys()], log);
  const platform = options.platform ?? (await KafkaMongoPlatform.connect(config, log));
  const revocations = new Revocations(platform.revocations, clock, (error) => log.warn(`removed devices cannot be read: ${(error as Error).name}`));
  let app: NestFastifyApplication | undefined;
  const intake = new GovernedIntake({ targetMs: config.INTAKE_TARGET_MS, floorPerSecond: config.INTAKE_FLOOR_PER_SEC }, () => performance.now());
  const admission = new Admission({
    intake, clock, hosted: () => app?.get(HostedServices).servers ?? [], positions: (services) => platform.inboxPositions(services),
    changed: (isLimited, delayMs) => log.warn({ isLimited, delayMs: Math.round(delayMs) }, isLimited ? 'accepted work waits too long: less is let in' : 'all that comes is let in again'),
  });
  const root: DynamicModule = {
    module: Application,
    imports: [
      loggingModule(log),
      HttpModule.forRoot(tokensOf(config), { ...entranceOf(config), isRevoked: (holder) => revocations.covers(holder) }, intake),
      HostModule.forRoot({ config, platform, clock, revocations, crash, openApi }),
      ...modules,
    ],
  };
  const close = async () => {
    await app?.close();
    await admission.stop();
    await platform.close();
    await tracing?.stop();
  };
  try {
    app = await NestFactory.create<NestFastifyApplication>(root, adapterFor(config), { bufferLogs: true, abortOnError: false });
    app.useLogger(app.get(Logger));
    observe(app, { config, intake, tracing, log });
    allowOrigins(app, config);
    await platform.ensureTopics(app.get(HostedServices).names);
    await app.get(PolicySource).start();
    await revocations.start();
    for (const strategy of app.get(HostedServices).servers) app.connectMicroservice({ strategy });
    await app.init();
    refuseOtherMethods(app.getHttpAdapter());
    // The entrance answers before the consumers run, so that readiness can say what is still missing.
    await app.listen({ port: config.HTTP_PORT, host: config.HTTP_HOST });
    await app.startAllMicroservices();
    admission.start();
    return { app, url: urlOf(app, config), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** One key for both, so that a person has the same tag in logs and in traces. */
function keyed(config: HostConfig): HostConfig {
  return { ...config, LOG_ADDRESS_KEY: config.LOG_ADDRESS_KEY ?? randomBytes(32).toString('hex') };
}

function adapterFor({ PUBLIC_URL, HTTP_MAX_IN_FLIGHT: maxInFlight, HTTP_MAX_BODY_BYTES_IN_FLIGHT: maxBodyBytesInFlight }: HostConfig) {
  return createHttpAdapter({ isHttpsOnly: PUBLIC_URL?.startsWith('https:') ?? false, maxInFlight, maxBodyBytesInFlight });
}

interface Observers {
  readonly config: HostConfig;
  readonly intake: GovernedIntake;
  readonly tracing: Tracing | undefined;
  readonly log: Logging;
}

/** Before the routes are there: only what comes after a hook has it. */
function observe(app: NestFastifyApplication, { config, intake, tracing, log }: Observers): void {
  const [metrics, verifier] = [app.get<Metrics>(METRICS), app.get(TokenVerifier)];
  const fastify = app.getHttpAdapter().getInstance();
  metrics.watchIntake(intake);
  watchHost(metrics.registry, { readiness: app.get(Readiness), keysUnreadableMs: () => verifier.keysUnreadableMs, certificates: config });
  if (tracing) {
    metrics.watchSpans(tracing.counts);
    traceRequests(fastify);
  }
  logRequests(fastify, log);
}

function exitAtOnce(): void {
  process.exit(1);
}

function urlOf(app: NestFastifyApplication, { HTTP_HOST }: HostConfig): string {
  const address = app.getHttpServer().address() as { port: number };
  const host = HTTP_HOST === '0.0.0.0' || HTTP_HOST === '::' ? '127.0.0.1' : HTTP_HOST;
  return `http://${host}:${address.port}`;
}
