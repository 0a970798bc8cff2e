import { Inject, Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { OpenApiDocument } from '@cpm/http';
import type { Clock } from '@cpm/runtime-ports';
import type { HostConfig } from './config.js';
import { HostedServices } from './hosted-services.js';
import { Metrics } from './metrics/metrics.js';
import type { Platform } from './platform.js';
import { PolicySource } from './policy-source.js';
import { Readiness } from './readiness.js';
import { Revocations } from './revocation/revocations.js';
import { CLOCK, CRASH, HOST_CONFIG, METRICS, MONGO, OPEN_API, PLATFORM } from './tokens.js';
import { HOST_CONTROLLERS } from './service-controllers.js';

export interface SharedParts {
  readonly config: HostConfig;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly revocations: Revocations;
  /** By service. */
  readonly openApi: ReadonlyMap<string, OpenApiDocument>;
  /** Called when a consumer has crashed for good. */
  readonly crash: (reason: string) => void;
}

/** What all services of a process share. */
@Module({})
export class HostModule implements OnApplicationShutdown {
  constructor(
    @Inject(PolicySource) private readonly policy: PolicySource,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {}

  static forRoot({ config, platform, clock, revocations, openApi, crash }: SharedParts): DynamicModule {
    const policy = () => {
      const logger = new Logger('policy');
      return new PolicySource(platform.policies, clock, (error) => logger.warn(`the policy cannot be read: ${(error as Error).message}`));
    };
    return {
      module: HostModule,
      global: true,
      controllers: [...HOST_CONTROLLERS],
      providers: [
        { provide: HOST_CONFIG, useValue: config },
        { provide: PLATFORM, useValue: platform },
        { provide: MONGO, useValue: platform.connection },
        { provide: CLOCK, useValue: clock },
        { provide: OPEN_API, useValue: openApi },
        { provide: CRASH, useValue: crash },
        { provide: METRICS, useFactory: () => new Metrics() },
        { provide: PolicySource, useFactory: policy },
        { provide: Revocations, useValue: revocations },
        HostedServices,
        Readiness,
      ],
      exports: [HOST_CONFIG, PLATFORM, MONGO, CLOCK, CRASH, METRICS, PolicySource, Revocations, HostedServices],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.policy.stop(), this.revocations.stop()]);
  }
}
