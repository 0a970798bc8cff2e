import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import kafkajs, { type ISocketFactory, type Kafka, type RetryOptions } from 'kafkajs';
import { limitHeaders } from './header-limit.js';
import { removeIdleTimer } from './idle-timer.js';
import { kafkaLogCreator, type Log } from './log.js';
import { saslOptions, tlsOptions, type KafkaSecurity } from './security.js';

export interface KafkaAddress {
  /** `host:port` of each broker to start from. */
  readonly brokers: readonly string[];
  readonly security?: KafkaSecurity | undefined;
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

/** Small requests go out at once: Nagle's algorithm would hold them back. */
function promptSockets(onConnecting: () => void, tls: KafkaSecurity['tls']): ISocketFactory {
  return ({ host, port, onConnect }) => {
    onConnecting();
    const socket = tls
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...tlsOptions(tls), minVersion: 'TLSv1.2' }, onConnect)
      : connectTcp({ host, port }, onConnect);
    return unrefOnlyWhileOpen(socket).setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
  };
}

/** kafkajs disconnects a dead socket again with each retry; Node would keep each `unref` of it for a connection that never comes. */
export function unrefOnlyWhileOpen(socket: Socket): Socket {
  const unref = socket.unref.bind(socket);
  return Object.assign(socket, { unref: () => (socket.destroyed ? socket : unref()) });
}

/** A client for one consumer, producer or admin: consumers that share one overwrite each other's offsets. */
export function kafkaClient({ brokers, security, clientId, log, requestTimeoutMs, retry, onConnecting = () => undefined }: ClientOptions): Kafka {
  removeIdleTimer();
  limitHeaders();
  return new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    ssl: security?.tls !== undefined,
    ...(security?.sasl && { sasl: saslOptions(security.sasl) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs,
    socketFactory: promptSockets(onConnecting, security?.tls),
    logLevel: kafkajs.logLevel.INFO,
    logCreator: kafkaLogCreator(log),
    retry,
  });
}
