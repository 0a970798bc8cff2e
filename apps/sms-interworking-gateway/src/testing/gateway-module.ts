import { Module, type Type } from '@nestjs/common';
import { smsInterworkingGateway } from '@cpm/domain-sms-interworking-gateway';
import { CLOCK, ingressOf, METRICS, ServiceHost, storeOf, type Metrics } from '@cpm/runtime-host';
import type { AggregateStore, Clock, Ingress } from '@cpm/runtime-ports';
import { gatewayConfig } from '../gateway-config.js';
import { GatewayMetrics } from '../gateway-metrics.js';
import { SmscGateway } from '../smsc-gateway.js';
import { InMemorySmsReferences } from './in-memory-sms-references.js';
import { InMemoryUcnLinks } from './in-memory-ucn-links.js';

const SERVICE = 'sms-interworking-gateway';

/** The gateway as it runs, but for its database. */
export function gatewayModule(smppUrl: string): Type {
  @Module({
    imports: [ServiceHost.for(smsInterworkingGateway, { effects: 'effects' })],
    providers: [
      {
        provide: SmscGateway,
        inject: [ingressOf(SERVICE), storeOf(SERVICE), CLOCK, METRICS],
        useFactory: (ingress: Ingress, store: AggregateStore, clock: Clock, metrics: Metrics) =>
          new SmscGateway({ config: gatewayConfig.parse({ SMPP_URL: smppUrl }), references: new InMemorySmsReferences(), links: new InMemoryUcnLinks(), ingress, store, clock, metrics: new GatewayMetrics(metrics.registry) }),
      },
      { provide: 'effects', inject: [SmscGateway], useFactory: (gateway: SmscGateway) => gateway.effects },
    ],
  })
  class GatewayModule {}
  return GatewayModule;
}
