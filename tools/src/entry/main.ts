import { SERVICES, type ServiceName } from '@cpm/runtime-decider';
import { z } from 'zod';
import { startEntryProxy, type Replica } from '../start/entry-proxy.js';

const ADDRESS = /^([^\s,:/]+):(\d{1,5})$/;
const replicas = z.string().transform((list) => list.split(',').map((one) => one.trim())).pipe(z.array(z.string().regex(ADDRESS, 'must be host:port[,host:port]')));
const port = z.coerce.number().int().min(0).max(65_535).default(8080);

/** `ROUTING=routing-1:8080,routing-2:8080`; a host of the service's own name when nothing is set. */
function replicasOf(service: ServiceName): readonly Replica[] {
  const name = service.toUpperCase().replaceAll('-', '_');
  const parsed = replicas.safeParse(process.env[name] || `${service}:8080`);
  if (!parsed.success) throw new Error(`${name}: ${parsed.error.issues.map(({ message }) => message).join('; ')}`);
  return parsed.data.map((one) => {
    const [, host = '', at] = ADDRESS.exec(one) ?? [];
    return { host, port: Number(at) };
  });
}

try {
  const replicasByService = new Map(SERVICES.map((service) => [service, replicasOf(service)]));
  const entry = await startEntryProxy(port.parse(process.env['HTTP_PORT'] || undefined), () => replicasByService);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void entry.close().then(() => process.exit(0)));
  console.log(`entry: ${entry.url}`);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
