import type { ServiceName } from '@cpm/runtime-decider';
import { SERVICES } from '@cpm/runtime-decider';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which service answers which paths; the first prefix that fits counts, everything else is the edge's. */
export const OWNERS: readonly (readonly [prefix: string, owner: ServiceName])[] = [
  ['/cpm/v1/devices', 'device-registry'],
  ['/cpm/v1/preferences', 'device-registry'],
  ['/console', 'device-registry'],
  ['/admin/v1/subscribers', 'device-registry'],
  ['/admin/v1/policy/ucn-preview', 'sms-interworking-gateway'],
  ['/admin/v1/policy', 'device-registry'],
  ['/admin/v1/dead-letters', 'device-registry'],
  ['/admin/v1/audit', 'device-registry'],
  ['/admin/v1/access', 'access-awareness'],
  ['/network/v1', 'access-awareness'],
  ['/admin/v1/messages', 'routing'],
  ['/nms', 'message-store-sync'],
];

/** The box of a subscriber is not the registry's. */
export const EXPORT = /^\/admin\/v1\/subscribers\/[^/?]+\/export(\?|$)/;

export function ownerOf(path: string): ServiceName {
  if (EXPORT.test(path)) return 'message-store-sync';
  const fits = (prefix: string) => path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`);
  return OWNERS.find(([prefix]) => fits(prefix))?.[1] ?? 'client-edge';
}

/** A process of the system: all services in one, or one of them. */
export type AppName = ServiceName | 'all-in-one';

export const PROCESSES: Readonly<Record<'one' | 'each', readonly AppName[]>> = { one: ['all-in-one'], each: SERVICES };

/** The checkout that this code is in. */
export const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));

/** The compiled entry of an app in a checkout. */
export function mainOf(app: AppName, checkout = CHECKOUT): string {
  return join(checkout, 'apps', app, 'dist', 'main.js');
}
