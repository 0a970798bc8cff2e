import { t8Config } from '@cpm/app-access-awareness';
import { edgeConfig } from '@cpm/app-client-edge';
import { nmsConfig, notifyConfig } from '@cpm/app-message-store-sync';
import { gatewayConfig } from '@cpm/app-sms-interworking-gateway';
import { SERVICES, type ServiceName } from '@cpm/runtime-decider';
import { hostConfig } from '@cpm/runtime-host';
import type { z } from 'zod';

type Shape = Readonly<Record<string, z.ZodType>>;

/** What a service reads beside what all of them do. */
const OWN: Readonly<Partial<Record<ServiceName, Shape>>> = {
  'access-awareness': t8Config.shape,
  'client-edge': edgeConfig.shape,
  'message-store-sync': { ...nmsConfig.shape, ...notifyConfig.shape },
  'sms-interworking-gateway': gatewayConfig.shape,
};

/** Variables that follow from other values of the chart, or make no sense in a cluster. */
const SET_BY_CHART = new Set([
  'HTTP_PORT', 'HTTP_HOST', 'INBOX_PARTITIONS', 'REPLICATION_FACTOR', 'MONGODB_DATABASE', 'CPM_JWKS_URL', 'CPM_TOKEN_ISSUER', 'CPM_TOKEN_AUDIENCE',
  'PUBLIC_URL', 'CORS_ORIGINS', 'EDGE_PROXY_HOPS', 'SMSC_CONFIG', 'CLOCK_OFFSET_MS',
  ...Object.keys(hostConfig.shape).filter((name) => name.startsWith('KAFKA_')),
]);
/** Variables that hold a secret and have a value of their own in the chart. */
const SECRETS_BY_CHART = new Set(['MONGODB_URI', 'SMPP_URL']);
/** Further variables that hold a secret: they come from a Secret and never from a value. */
const SECRETS = new Set(['LOG_ADDRESS_KEY', 'UCN_LINK_SECRET', 'T8_CALLBACK_SECRET', 'T8_TOKEN', 'T8_CLIENT_ID', 'T8_CLIENT_SECRET']);

/** The variables of one service by who sets them. */
export interface ServiceVariables {
  /** Schemas of those that values set in the open. */
  readonly config: Shape;
  /** Names of those that Secrets hold. */
  readonly secrets: readonly string[];
}

/** The variables that all services read. */
export function sharedVariables(): ServiceVariables {
  return variablesIn(hostConfig.shape);
}

/** The variables of each service, those that all read among them. */
export function serviceVariables(): ReadonlyMap<ServiceName, ServiceVariables> {
  return new Map(SERVICES.map((service) => [service, variablesIn({ ...hostConfig.shape, ...OWN[service] })]));
}

function variablesIn(shape: Shape): ServiceVariables {
  const free = Object.entries(shape).filter(([name]) => !SET_BY_CHART.has(name) && !SECRETS_BY_CHART.has(name));
  return { config: Object.fromEntries(free.filter(([name]) => !SECRETS.has(name))), secrets: free.map(([name]) => name).filter((name) => SECRETS.has(name)) };
}
