import { accessAwareness } from '@cpm/domain-access-awareness';
import { clientEdge } from '@cpm/domain-client-edge';
import { deviceRegistry } from '@cpm/domain-device-registry';
import { messageStoreSync } from '@cpm/domain-message-store-sync';
import { reportAggregation } from '@cpm/domain-report-aggregation';
import { routing } from '@cpm/domain-routing';
import { smsInterworkingGateway } from '@cpm/domain-sms-interworking-gateway';
import type { ServiceDefinition } from '@cpm/runtime-decider';

/** The product: the same tables that the processes run. */
export const services: readonly ServiceDefinition[] = [
  deviceRegistry, accessAwareness, routing, smsInterworkingGateway, reportAggregation, messageStoreSync, clientEdge,
];
