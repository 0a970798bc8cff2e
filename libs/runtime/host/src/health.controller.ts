import { Controller, Get, Inject, Res } from '@nestjs/common';
import { OpenToAnybody } from '@cpm/http';
import type { FastifyReply } from 'fastify';
import { HostedServices } from './hosted-services.js';
import type { Metrics } from './metrics.js';
import type { Platform } from './platform.js';
import { METRICS, PLATFORM } from './tokens.js';

/** What an orchestrator asks a process. A crash ends the process, so one that answers is alive. */
@Controller()
@OpenToAnybody()
export class HealthController {
  constructor(
    @Inject(HostedServices) private readonly hosted: HostedServices,
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('/health/live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('/health/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const database = await this.platform.databaseProblem();
    const consumers = this.hosted.servers.flatMap(({ service, problem }) => (problem === undefined ? [] : [`${service}: ${problem}`]));
    const reasons = database === undefined ? consumers : [`database: ${database}`, ...consumers];
    const services = this.hosted.names;
    await (reasons.length === 0 ? reply.send({ status: 'ready', services }) : reply.status(503).send({ status: 'not-ready', services, reasons }));
  }

  @Get('/metrics')
  async measurements(@Res() reply: FastifyReply): Promise<void> {
    await reply.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }
}
