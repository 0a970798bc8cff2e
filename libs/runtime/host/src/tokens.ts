import type { ServiceName } from '@cpm/runtime-decider';

/** Injection tokens of what one hosted service offers to its own controllers and handlers. */
export const ingressOf = (service: ServiceName): string => `cpm:${service}:ingress`;
export const commandsOf = (service: ServiceName): string => `cpm:${service}:commands`;
export const storeOf = (service: ServiceName): string => `cpm:${service}:store`;
export const policyOf = (service: ServiceName): string => `cpm:${service}:policy`;
export const serverOf = (service: ServiceName): string => `cpm:${service}:server`;

/** Injection tokens of what all services of a process share. */
export const HOST_CONFIG = 'cpm:config';
export const PLATFORM = 'cpm:platform';
export const CLOCK = 'cpm:clock';
/** The mongoose Connection, for reads that the ports do not offer; undefined when there is no MongoDB. */
export const MONGO = 'cpm:mongo';
export const METRICS = 'cpm:metrics';
export const CRASH = 'cpm:crash';
/** The OpenAPI documents of the process's services. */
export const OPEN_API = 'cpm:open-api';
