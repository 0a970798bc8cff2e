import { runContainer } from './docker.js';
import { kafkaEnvironment } from './kafka-properties.js';
import { claimPort } from './ports.js';
import type { KafkaService, StartOptions } from './service.js';

const IMAGE = 'apache/kafka:4.1.0';
const CONTROLLER_PORT = 19093;
const START_LIMIT_MS = 120_000;

/** A one-node KRaft broker in Docker; the broker's own port is the published one, so that what it advertises is true outside too. */
export async function startDockerKafka({ port: wanted, log = () => undefined }: StartOptions = {}): Promise<KafkaService> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = await claimPort('Kafka', wanted, 'KAFKA_BROKERS');
  log(`Kafka: starting ${IMAGE} in Docker on port ${port}`);
  const container = new GenericContainer(IMAGE)
    .withExposedPorts({ container: port, host: port })
    .withEnvironment({
      ...kafkaEnvironment(),
      KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://localhost:${CONTROLLER_PORT}`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_CONTROLLER_QUORUM_VOTERS: `1@localhost:${CONTROLLER_PORT}`,
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(START_LIMIT_MS);
  const service = await runContainer(container, () => Promise.resolve());
  return Object.assign(service, { brokers: [`127.0.0.1:${port}`] });
}
