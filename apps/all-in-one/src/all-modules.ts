import { AccessAwarenessModule } from '@cpm/app-access-awareness';
import { ClientEdgeModule } from '@cpm/app-client-edge';
import { DeviceRegistryModule } from '@cpm/app-device-registry';
import { MessageStoreSyncModule } from '@cpm/app-message-store-sync';
import { ReportAggregationModule } from '@cpm/app-report-aggregation';
import { RoutingModule } from '@cpm/app-routing';
import { SmsInterworkingGatewayModule } from '@cpm/app-sms-interworking-gateway';

/** Every service, to run in one process. */
export const allModules = [
  DeviceRegistryModule, AccessAwarenessModule, RoutingModule, SmsInterworkingGatewayModule, ReportAggregationModule,
  MessageStoreSyncModule, ClientEdgeModule,
];
