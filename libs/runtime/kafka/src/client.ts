import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import kafkajs, { type ISocketFactory, type Kafka, type KafkaConfig, type RetryOptions } from 'kafkajs';
import { removeIdleTimer } from './idle-timer.js';
import { kafkaLogCreator, type Log } from './log.js';

export interface KafkaAddress {
  /** `host:port` of each broker to start from. */
  readonly brokers: readonly string[];
  readonly security?: Pick<KafkaConfig, 'ssl' | 'sasl'>;
}

export interface ClientOptions extends KafkaAddress {
  readonly clientId: string;
  readonly log: Log;
  readonly requestTimeoutMs: number;
  readonly retry: RetryOptions;
  /** Told about each attempt to open a connection. */
  readonly onConnecting?: () => void;
}

const KEEP_ALIVE_MS = 60_000;
const CONNECTION_TIMEOUT_MS = 5_000;
/** kafkajs looks for new leaders when a broker refuses or is gone; of one that is silent it only learns when what it knows is too old. */
export const METADATA_MAX_AGE_MS = 5_000;

/** Small requests go out at once: Nagle's algorithm would hold them back. */
function promptSockets(onConnecting: () => void): ISocketFactory {
  return ({ host, port, ssl, onConnect }) => {
    onConnecting();
    const socket = ssl
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
      : connectTcp({ host, port }, onConnect);
    return socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
  };
}

/** A client for one consumer, producer or admin: consumers that share one overwrite each other's offsets. */
export function kafkaClient({ brokers, security, clientId, log, requestTimeoutMs, retry, onConnecting = () => undefined }: ClientOptions): Kafka {
  removeIdleTimer();
  return new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    ...security,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs,
    socketFactory: promptSockets(onConnecting),
    logLevel: kafkajs.logLevel.INFO,
    logCreator: kafkaLogCreator(log),
    retry,
  });
}
