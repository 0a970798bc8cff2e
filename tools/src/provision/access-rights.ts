import { accessAwareness } from '@cpm/domain-access-awareness';
import { clientEdge } from '@cpm/domain-client-edge';
import { deviceRegistry } from '@cpm/domain-device-registry';
import { messageStoreSync } from '@cpm/domain-message-store-sync';
import { reportAggregation } from '@cpm/domain-report-aggregation';
import { routing } from '@cpm/domain-routing';
import { smsInterworkingGateway } from '@cpm/domain-sms-interworking-gateway';
import { collectionRightsOf, topicRightsOf, type CollectionRights, type ServiceDefinition, type TopicRights } from '@cpm/runtime-decider';
import { CONTRACTS } from '../contracts.js';

/** The product: the same tables that the processes run. */
export const SERVICE_DEFINITIONS: readonly ServiceDefinition[] = [
  deviceRegistry, accessAwareness, routing, smsInterworkingGateway, reportAggregation, messageStoreSync, clientEdge,
];

/** What a process may do, by its name: each service's, and of all in one. */
export interface AccessRights {
  readonly kafka: TopicRights;
  readonly mongodb: CollectionRights;
}

/** Of every process there can be. */
export function accessRights(): readonly AccessRights[] {
  const processes = [...SERVICE_DEFINITIONS.map((definition) => [definition.name, [definition]] as const), ['all-in-one', SERVICE_DEFINITIONS] as const];
  return processes.map(([name, services]) => ({ kafka: topicRightsOf(name, services, CONTRACTS), mongodb: collectionRightsOf(name, services) }));
}
