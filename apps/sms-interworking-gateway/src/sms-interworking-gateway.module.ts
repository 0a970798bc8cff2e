import { Module } from '@nestjs/common';
import { smsInterworkingGateway } from '@cpm/domain-sms-interworking-gateway';
import { CLOCK, HOST_CONFIG, ingressOf, METRICS, MONGO, parseConfig, ServiceHost, storeOf, type HostConfig, type Metrics } from '@cpm/runtime-host';
import type { AggregateStore, Clock, Ingress } from '@cpm/runtime-ports';
import type { Connection } from 'mongoose';
import { GATEWAY_CONFIG, gatewayConfig, type GatewayConfig } from './gateway-config.js';
import { GatewayMetrics } from './gateway-metrics.js';
import { MongoSmsReferences } from './mongo-sms-references.js';
import { MongoUcnLinks } from './mongo-ucn-links.js';
import { SmscGateway } from './smsc-gateway.js';
import { UcnPreviewController } from './ucn-preview.controller.js';

const SERVICE = 'sms-interworking-gateway';
const EFFECTS = `cpm:${SERVICE}:effects`;
const LINKS = `cpm:${SERVICE}:links`;
const REFERENCES = `cpm:${SERVICE}:references`;

@Module({
  imports: [ServiceHost.for(smsInterworkingGateway, { effects: EFFECTS })],
  controllers: [UcnPreviewController],
  providers: [
    { provide: GATEWAY_CONFIG, inject: [HOST_CONFIG], useFactory: ({ SMPP_URL }: HostConfig) => ({ ...parseConfig(gatewayConfig, process.env), SMPP_URL }) },
    {
      provide: REFERENCES,
      inject: [MONGO, CLOCK],
      useFactory: async (connection: Connection, clock: Clock) => {
        const references = new MongoSmsReferences(connection, () => clock.now());
        await references.ensureIndexes();
        return references;
      },
    },
    { provide: LINKS, inject: [MONGO, GATEWAY_CONFIG], useFactory: (connection: Connection, config: GatewayConfig) => MongoUcnLinks.open(connection, config) },
    {
      provide: SmscGateway,
      inject: [GATEWAY_CONFIG, REFERENCES, LINKS, ingressOf(SERVICE), storeOf(SERVICE), CLOCK, METRICS],
      useFactory: (config: GatewayConfig, references: MongoSmsReferences, links: MongoUcnLinks, ingress: Ingress, store: AggregateStore, clock: Clock, metrics: Metrics) =>
        new SmscGateway({ config, references, links, ingress, store, clock, metrics: new GatewayMetrics(metrics.registry) }),
    },
    { provide: EFFECTS, inject: [SmscGateway], useFactory: (gateway: SmscGateway) => gateway.effects },
  ],
})
export class SmsInterworkingGatewayModule {}
