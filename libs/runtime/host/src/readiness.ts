import { Inject, Injectable } from '@nestjs/common';
import { HostedServices } from './hosted-services.js';
import type { Platform } from './platform.js';
import { PLATFORM } from './tokens.js';

/** Whether all services of the process take and answer events. */
@Injectable()
export class Readiness {
  private asking: Promise<string | undefined> | undefined;

  constructor(
    @Inject(HostedServices) private readonly hosted: HostedServices,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  get services(): readonly string[] {
    return this.hosted.names;
  }

  /** Why not; empty when they do. */
  async reasons(): Promise<readonly string[]> {
    const database = await this.databaseProblem();
    const consumers = this.hosted.servers.flatMap(({ service, problem }) => (problem === undefined ? [] : [`${service}: ${problem}`]));
    return database === undefined ? consumers : [`database: ${database}`, ...consumers];
  }

  /** Callers share one question. */
  databaseProblem(): Promise<string | undefined> {
    this.asking ??= this.platform.databaseProblem().finally(() => (this.asking = undefined));
    return this.asking;
  }
}
