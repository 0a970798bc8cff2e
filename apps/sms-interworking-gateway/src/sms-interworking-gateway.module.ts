import { Module } from '@nestjs/common';
import { smsInterworkingGateway } from '@cpm/domain-sms-interworking-gateway';
import { CLOCK, HOST_CONFIG, ingressOf, METRICS, MONGO, parseConfig, ServiceHost, storeOf, type HostConfig, type Metrics } from '@cpm/runtime-host';
import type { AggregateStore, Clock, Ingress } from '@cpm/runtime-ports';
import type { Connection } from 'mongoose';
import { gatewayConfig, type GatewayConfig } from './gateway-config.js';
import { GatewayMetrics } from './gateway-metrics.js';
import { MongoSmsReferences } from './mongo-sms-references.js';
import { SmscGateway } from './smsc-gateway.js';
import { UcnPreviewController } from './ucn-preview.controller.js';

const SERVICE = 'sms-interworking-gateway';
const EFFECTS = `cpm:${SERVICE}:effects`;
const CONFIG = `cpm:${SERVICE}:config`;
const REFERENCES = `cpm:${SERVICE}:references`;

@Module({
  imports: [ServiceHost.for(smsInterworkingGateway, { effects: EFFECTS })],
  controllers: [UcnPreviewController],
  providers: [
    { provide: CONFIG, inject: [HOST_CONFIG], useFactory: ({ SMPP_URL }: HostConfig) => ({ ...parseConfig(gatewayConfig, process.env), SMPP_URL }) },
    {
      provide: REFERENCES,
      inject: [MONGO, CLOCK],
      useFactory: async (connection: Connection, clock: Clock) => {
        const references = new MongoSmsReferences(connection, () => clock.now());
        await references.ensureIndexes();
        return references;
      },
    },
    {
      provide: SmscGateway,
      inject: [CONFIG, REFERENCES, ingressOf(SERVICE), storeOf(SERVICE), CLOCK, METRICS],
      useFactory: (config: GatewayConfig, references: MongoSmsReferences, ingress: Ingress, store: AggregateStore, clock: Clock, metrics: Metrics) =>
        new SmscGateway({ config, references, ingress, store, clock, metrics: new GatewayMetrics(metrics.registry) }),
    },
    { provide: EFFECTS, inject: [SmscGateway], useFactory: (gateway: SmscGateway) => gateway.effects },
  ],
})
export class SmsInterworkingGatewayModule {}
