import { Controller, Get, Inject, NotFoundException, Param } from '@nestjs/common';
import { asyncApiDocument, RETENTION_MS, type AsyncApiDocument } from '@cpm/asyncapi';
import { Describe, OpenToAnybody } from '@cpm/http';
import { z } from 'zod';
import type { HostConfig } from './config.js';
import { HostedServices } from './hosted-services.js';
import type { KeyedKafkaServer } from './keyed-kafka-server.js';
import { HOST_CONFIG } from './tokens.js';

const document = z.looseObject({ asyncapi: z.string() });

/** What a service hears, as it would be told to whoever writes into its inbox: made from the contracts that it runs with. */
@Controller('/asyncapi')
@OpenToAnybody()
export class AsyncApiController {
  constructor(
    @Inject(HostedServices) private readonly hosted: HostedServices,
    @Inject(HOST_CONFIG) private readonly config: HostConfig,
  ) {}

  /** All services of this process. */
  @Get()
  @Describe({ summary: 'The AsyncAPI document of all services of this process', answers: { 200: document } })
  all(): AsyncApiDocument {
    return this.documentOf(this.hosted.servers);
  }

  @Get('/:service')
  @Describe({ summary: 'The AsyncAPI document of a service of this process', path: z.object({ service: z.string() }), answers: { 200: document }, problems: [404] })
  one(@Param('service') name: string): AsyncApiDocument {
    const server = this.hosted.servers.find(({ service }) => service === name);
    if (!server) throw new NotFoundException(`this process runs ${this.hosted.names.join(', ')}`);
    return this.documentOf([server]);
  }

  private documentOf(servers: readonly KeyedKafkaServer[]): AsyncApiDocument {
    const contracts = new Set(servers.flatMap((server) => server.contracts));
    const { INBOX_PARTITIONS: partitions, REPLICATION_FACTOR: replicas } = this.config;
    return asyncApiDocument([...contracts], { partitions, replicas, retentionMs: RETENTION_MS }, servers.map(({ service }) => service));
  }
}
