import { SCRAM, type StackSecrets } from './secrets.js';

/** One KRaft node for development: durable topics are the services' own choice, nothing is created by accident. */
const SETTINGS = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
  // A broker that was killed may register again only when its session has run out; the default of 9 s would make each crash test wait.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'auto.create.topics.enable': 'false',
  'num.partitions': '1',
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'share.coordinator.state.topic.num.partitions': '1',
  'log.message.timestamp.type': 'LogAppendTime',
  'log.cleaner.dedupe.buffer.size': '16777216',
} as const;

export interface KafkaPlace {
  dataDir: string;
  port: number;
  controllerPort: number;
  secure?: { readonly secrets: StackSecrets; readonly mutualTlsPort: number } | undefined;
}

/** The text of `server.properties` for a broker on 127.0.0.1. */
export function kafkaProperties({ dataDir, port, controllerPort, secure }: KafkaPlace): string {
  const listener = secure ? `SASL_SSL://127.0.0.1:${port},SSL://127.0.0.1:${secure.mutualTlsPort}` : `PLAINTEXT://127.0.0.1:${port}`;
  return Object.entries({
    ...SETTINGS,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `${listener},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': listener,
    'log.dirs': dataDir,
    ...(secure && secureSettings(secure.secrets)),
  }).map(([key, value]) => `${key}=${value}\n`).join('');
}

/** Clients show a password at one listener and a certificate at the other; broker and controller show each other theirs. Without a rule for it nobody may do anything. */
function secureSettings({ serverFile, caFile }: StackSecrets): Record<string, string> {
  return {
    'listener.security.protocol.map': 'CONTROLLER:SSL,SSL:SSL,SASL_SSL:SASL_SSL',
    'inter.broker.listener.name': 'SSL',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': serverFile('broker'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile,
    'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/',
    'listener.name.ssl.ssl.client.auth': 'required',
    'listener.name.controller.ssl.client.auth': 'required',
    'sasl.enabled.mechanisms': SCRAM,
    [`listener.name.sasl_ssl.${SCRAM.toLowerCase()}.sasl.jaas.config`]: 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    // A connection shows its password again before this time is over, so that a changed one counts soon; kafkajs does so 10 s early.
    'connections.max.reauth.ms': '20000',
    'super.users': 'User:broker;User:admin',
  };
}

/** The settings that a container's environment carries, named as the official image reads them. */
export function kafkaEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(SETTINGS).map(([key, value]) => [`KAFKA_${key.replaceAll('.', '_').toUpperCase()}`, value]));
}
