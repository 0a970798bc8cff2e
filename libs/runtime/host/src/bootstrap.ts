import 'reflect-metadata';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpAdapter, HttpModule } from '@cpm/http';
import { SERVICES } from '@cpm/runtime-decider';
import type { Clock } from '@cpm/runtime-ports';
import { Logger } from 'nestjs-pino';
import type { DestinationStream } from 'pino';
import type { HostConfig } from './config.js';
import { HostModule } from './host.module.js';
import { HostedServices } from './hosted-services.js';
import { KafkaMongoPlatform } from './kafka-mongo-platform.js';
import { createLogger, loggingModule, logRequests } from './logging.js';
import type { Platform } from './platform.js';
import { PolicySource } from './policy-source.js';
import { machineClock } from './system-clock.js';

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
  const log = createLogger(config, options.logOutput);
  const platform = options.platform ?? (await KafkaMongoPlatform.connect(config, log));
  const root: DynamicModule = {
    module: Application,
    imports: [
      loggingModule(log),
      HttpModule.forRoot({ jwksUrl: config.CPM_JWKS_URL }),
      HostModule.forRoot({ config, platform, clock, crash }),
      ...modules,
    ],
  };
  let app: NestFastifyApplication | undefined;
  const close = async () => {
    await app?.close();
    await platform.close();
  };
  try {
    await platform.ensureTopics(SERVICES);
    app = await NestFactory.create<NestFastifyApplication>(root, createHttpAdapter(), { bufferLogs: true, abortOnError: false });
    app.useLogger(app.get(Logger));
    logRequests(app.getHttpAdapter().getInstance(), log);
    await app.get(PolicySource).start();
    for (const strategy of app.get(HostedServices).servers) app.connectMicroservice({ strategy });
    // The entrance answers before the consumers run, so that readiness can say what is still missing.
    await app.listen({ port: config.HTTP_PORT, host: config.HTTP_HOST });
    await app.startAllMicroservices();
    return { app, url: urlOf(app, config), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

function exitAtOnce(): void {
  process.exit(1);
}

function urlOf(app: NestFastifyApplication, { HTTP_HOST }: HostConfig): string {
  const address = app.getHttpServer().address() as { port: number };
  const host = HTTP_HOST === '0.0.0.0' || HTTP_HOST === '::' ? '127.0.0.1' : HTTP_HOST;
  return `http://${host}:${address.port}`;
}
