import { randomUUID } from 'node:crypto';
import { Logger, Module, type DynamicModule, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { ServiceDefinition, ServiceName } from '@cpm/runtime-decider';
import { IngressPublisher, PendingCommands } from '@cpm/runtime-engine';
import type { TableIndexes } from '@cpm/runtime-mongo';
import type { AggregateStore, Clock, EffectHandlers } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import { HostedServices } from './hosted-services.js';
import { KeyedKafkaServer } from './keyed-kafka-server.js';
import type { Metrics } from './metrics/metrics.js';
import type { ClosablePublisher, Platform } from './platform.js';
import { PolicySource } from './policy-source.js';
import { CLOCK, commandsOf, CRASH, ingressOf, METRICS, PLATFORM, policyOf, serverOf, storeOf } from './tokens.js';

export interface ServiceOptions {
  /** Injection token of the EffectHandlers, provided anywhere in the application. */
  readonly effects?: string | symbol;
  /** Injection token of a UserEraser, provided anywhere in the application. */
  readonly eraser?: string | symbol | Type<UserEraser>;
  /** Indexes of the service's row tables, by table. */
  readonly rowIndexes?: TableIndexes;
}

/**
 * Erases what a service keeps of a user beside its aggregates and rows. It is called again when it fails, or its process ends. What takes longer than
 * seconds calls `between` its parts, or the process is taken for dead.
 */
export interface UserEraser {
  forget(user: CpmAddress, between: () => Promise<void>): Promise<void>;
}

/** The way of one service's outside events into the log; its connection ends with the application. */
class IngressConnection implements OnApplicationShutdown {
  readonly ingress: IngressPublisher;

  constructor(
    { name }: ServiceDefinition,
    private readonly publisher: ClosablePublisher,
  ) {
    this.ingress = new IngressPublisher(name, publisher, randomUUID);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.ingress.idle();
    await this.publisher.close();
  }
}

/** The module of one service among an application's imports. */
export interface ServiceHostModule extends DynamicModule {
  readonly service: ServiceName;
}

/** Hosts one service: offers its ports to controllers and consumes its inbox. */
@Module({})
export class ServiceHost {
  static for(definition: ServiceDefinition, { effects, eraser, rowIndexes = {} }: ServiceOptions = {}): ServiceHostModule {
    const { name } = definition;
    const [ingress, commands, store, policy, server] = [ingressOf(name), commandsOf(name), storeOf(name), policyOf(name), serverOf(name)];
    const connection = `${ingress}:connection`;
    return {
      module: ServiceHost,
      service: name,
      providers: [
        { provide: connection, inject: [PLATFORM], useFactory: async (platform: Platform) => new IngressConnection(definition, await platform.publisher(`${name}-ingress`)) },
        { provide: ingress, inject: [connection], useFactory: (one: IngressConnection) => one.ingress },
        { provide: store, inject: [PLATFORM], useFactory: (platform: Platform) => platform.store(definition, rowIndexes) },
        { provide: commands, inject: [ingress, store, CLOCK], useFactory: (publisher: IngressPublisher, from: AggregateStore, clock: Clock) => new PendingCommands(publisher, from, clock) },
        { provide: policy, useExisting: PolicySource },
        {
          provide: server,
          inject: [PLATFORM, store, ingress, commands, PolicySource, CLOCK, METRICS, CRASH, HostedServices, ModuleRef],
          useFactory: (
            platform: Platform, from: AggregateStore, publisher: IngressPublisher, pending: PendingCommands, source: PolicySource,
            clock: Clock, metrics: Metrics, crash: (reason: string) => void, hosted: HostedServices, modules: ModuleRef,
          ) => {
            const handlers = () => (effects === undefined ? {} : modules.get<EffectHandlers>(effects, { strict: false }));
            const forgetUser = () => (eraser === undefined ? undefined : (user: string, between: () => Promise<void>) => modules.get<UserEraser>(eraser, { strict: false }).forget(user as CpmAddress, between));
            const crashed = (reason: string) => {
              new Logger(name).fatal(`the consumer has crashed for good: ${reason}`);
              crash(`${name}: ${reason}`);
            };
            const created = new KeyedKafkaServer({
              definition, platform, store: from, ingress: publisher, commands: pending, policy: source, effects: handlers, forgetUser, clock, metrics, crashed,
            });
            hosted.add({ server: created, ingress: publisher });
            return created;
          },
        },
      ],
      exports: [ingress, commands, store, policy, server],
    };
  }
}
