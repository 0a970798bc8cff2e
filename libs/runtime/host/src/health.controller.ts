import { Controller, Get, Inject, Res } from '@nestjs/common';
import { Describe, OpenToAnybody } from '@cpm/http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Metrics } from './metrics/metrics.js';
import { Readiness } from './readiness.js';
import { METRICS } from './tokens.js';

const ready = z.object({ status: z.literal('ready'), services: z.array(z.string()) });
const notReady = z.object({ status: z.literal('not-ready'), services: z.array(z.string()), reasons: z.array(z.string()) });

/** What an orchestrator asks a process. A crash ends the process, so one that answers is alive. */
@Controller()
@OpenToAnybody()
export class HealthController {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('/health/live')
  @Describe({ summary: 'Whether the process is alive', answers: { 200: z.object({ status: z.literal('live') }) } })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('/health/ready')
  @Describe({ summary: 'Whether all services of the process take and answer events', answers: { 200: ready, 503: notReady } })
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { services } = this.readiness;
    const reasons = await this.readiness.reasons();
    await (reasons.length === 0 ? reply.send({ status: 'ready', services }) : reply.status(503).send({ status: 'not-ready', services, reasons }));
  }

  @Get('/metrics')
  @Describe({ summary: 'Measurements in the text form of Prometheus', answers: { 200: [{ types: ['text/plain'], schema: z.string() }] } })
  async measurements(@Res() reply: FastifyReply): Promise<void> {
    await reply.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }
}
