import { runContainer } from './docker.js';
import { claimPort } from './ports.js';
import { becomePrimary, REPLICA_SET, replicaSetUri } from './replica-set.js';
import type { MongoService, StartOptions } from './service.js';

const IMAGE = 'mongo:7.0';
const START_LIMIT_MS = 120_000;

/** A one-node replica set in Docker; mongod listens on the published port, so that its member name is true outside too. */
export async function startDockerMongo({ port: wanted, log = () => undefined }: StartOptions = {}): Promise<MongoService> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = await claimPort('MongoDB', wanted, 'MONGODB_URI');
  log(`mongod: starting ${IMAGE} in Docker on port ${port}`);
  const container = new GenericContainer(IMAGE)
    .withExposedPorts({ container: port, host: port })
    .withCommand(['mongod', '--replSet', REPLICA_SET, '--bind_ip_all', '--port', String(port), '--wiredTigerCacheSizeGB', '1'])
    .withWaitStrategy(Wait.forLogMessage(/Waiting for connections/))
    .withStartupTimeout(START_LIMIT_MS);
  const service = await runContainer(container, () => becomePrimary(port));
  return Object.assign(service, { uri: replicaSetUri([port]) });
}
