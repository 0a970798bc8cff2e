import { SERVICES, type ServiceName } from '@cpm/runtime-decider';
import { EXPORT, OWNERS } from '../start/services.js';

/** Who is served by a path: each group can be left out of the entry. */
export type RouteGroup = 'devices' | 'network' | 'operators' | 'documents';

/** A path of the entry and the service that answers it; where several prefixes fit, the longest counts. */
export interface EntryRoute {
  readonly group: RouteGroup;
  readonly service: ServiceName;
  readonly path: string;
  readonly match: 'prefix' | 'regex';
}

/** The edge has what is left, but a cluster's entry names it: its `/metrics` and `/health` are nobody's business outside. */
const EDGE_PREFIXES = ['/cpm/v1', '/u'];

/** The paths of the entry, as `npm start -- --processes` routes them. */
export function entryRoutes(): readonly EntryRoute[] {
  const prefix = (path: string, service: ServiceName): EntryRoute => ({ group: groupOf(path), service, path, match: 'prefix' });
  return [
    { group: 'operators', service: 'message-store-sync', path: EXPORT.source.replaceAll('\\/', '/').replace('(\\?|$)', '$').replace('?]', ']'), match: 'regex' },
    ...OWNERS.map(([path, service]) => prefix(path, service)),
    ...EDGE_PREFIXES.map((path) => prefix(path, 'client-edge')),
    ...SERVICES.flatMap((service) => ['asyncapi', 'openapi'].map((about) => prefix(`/${about}/${service}`, service))),
  ];
}

function groupOf(path: string): RouteGroup {
  if (/^\/(admin|console)/.test(path)) return 'operators';
  if (path.startsWith('/network')) return 'network';
  return /^\/(asyncapi|openapi)/.test(path) ? 'documents' : 'devices';
}
