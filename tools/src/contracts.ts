import * as accessAwareness from '@cpm/contracts-access-awareness';
import * as clientEdge from '@cpm/contracts-client-edge';
import * as deviceRegistry from '@cpm/contracts-device-registry';
import * as messageStoreSync from '@cpm/contracts-message-store-sync';
import * as reportAggregation from '@cpm/contracts-report-aggregation';
import * as routing from '@cpm/contracts-routing';
import * as smsInterworkingGateway from '@cpm/contracts-sms-interworking-gateway';
import type { EventContract } from '@cpm/runtime-decider';

const LIBRARIES: readonly object[] = [accessAwareness, clientEdge, deviceRegistry, messageStoreSync, reportAggregation, routing, smsInterworkingGateway];

/** Every event that crosses services, whether or not anybody hears it. */
export const CONTRACTS: readonly EventContract[] = LIBRARIES.flatMap((library) => Object.values(library).filter(isContract));

function isContract(value: unknown): value is EventContract {
  return typeof value === 'object' && value !== null && 'owner' in value && 'listeners' in value && 'schema' in value;
}
