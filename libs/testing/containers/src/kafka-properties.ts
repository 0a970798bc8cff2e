/** A KRaft node for development: durable topics are the services' own choice, nothing is created by accident. */
const SETTINGS = {
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
  // A broker that was killed may register again only when its session has run out; the default of 9 s would make each crash test wait.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'auto.create.topics.enable': 'false',
  'num.partitions': '1',
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.num.partitions': '1',
  'log.message.timestamp.type': 'LogAppendTime',
  'log.cleaner.dedupe.buffer.size': '16777216',
} as const;

/** Of the broker's own topics: copies, and how many of them must have a record. */
function replication(nodes: number): Record<string, string> {
  const [copies, required] = [String(nodes), String(Math.max(1, nodes - 1))];
  return {
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': required,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': required,
    'default.replication.factor': copies,
    'min.insync.replicas': required,
  };
}

export interface KafkaPlace {
  dataDir: string;
  /** What the broker listens on for clients. */
  port: number;
  /** What it tells clients to connect to, where that is another one. */
  advertisedPort?: number;
  /** For the other brokers, where there are some: they do not pass through what stands before the clients' port. */
  peerPort?: number;
  /** Counts from 1. */
  nodeId: number;
  /** Of all nodes, the first one's first. */
  controllerPorts: readonly number[];
}

const HOST = '127.0.0.1';

/** The text of `server.properties` for a broker on 127.0.0.1. */
export function kafkaProperties({ dataDir, port, advertisedPort = port, peerPort, nodeId, controllerPorts }: KafkaPlace): string {
  const peer = peerPort === undefined ? '' : `,PEER://${HOST}:${peerPort}`;
  return Object.entries({
    ...SETTINGS,
    ...replication(controllerPorts.length),
    'node.id': nodeId,
    'controller.quorum.voters': controllerPorts.map((controller, index) => `${index + 1}@${HOST}:${controller}`).join(','),
    listeners: `PLAINTEXT://${HOST}:${port}${peer},CONTROLLER://${HOST}:${controllerPorts[nodeId - 1]}`,
    'advertised.listeners': `PLAINTEXT://${HOST}:${advertisedPort}${peer}`,
    ...(peer && { 'listener.security.protocol.map': `${SETTINGS['listener.security.protocol.map']},PEER:PLAINTEXT`, 'inter.broker.listener.name': 'PEER' }),
    'log.dirs': dataDir,
  }).map(([key, value]) => `${key}=${value}\n`).join('');
}

/** The settings of a lone broker that a container's environment carries, named as the official image reads them. */
export function kafkaEnvironment(): Record<string, string> {
  const settings = { ...SETTINGS, ...replication(1), 'node.id': '1' };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`KAFKA_${key.replaceAll('.', '_').toUpperCase()}`, value]));
}
