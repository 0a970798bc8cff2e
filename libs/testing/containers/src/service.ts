import type { Proxy } from './toxiproxy.js';

/** Where a service came from: the environment named it, Docker runs it, or a local binary does. */
export type Source = 'environment' | 'docker' | 'local';

/** Receives one progress or state line, without a line end. */
export type Log = (line: string) => void;

/** A broker or database that tests and the development stack can use and, unless the environment named it, crash. */
export interface Service {
  readonly source: Source;
  /** Process id while a local binary runs, undefined for Docker, the environment, or after `kill` and `stop`. */
  readonly pid: number | undefined;
  /** Ends it at once, as `kill -9` does; data and port stay. @throws when the environment named it */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; kills it first when it runs. @throws when the environment named it */
  restart(): Promise<void>;
  /** Ends it in order and removes its data if that was temporary; does nothing when the environment named it. */
  stop(): Promise<void>;
}

/** A local binary, which can be held still as well. */
export interface LocalProcess extends Service {
  /** Holds it still as it is (SIGSTOP) until `resume`. */
  pause(): void;
  resume(): void;
}

/** One process of a cluster. Its clients reach it through its proxy, so that their connections can be disturbed. */
export interface ClusterNode extends LocalProcess {
  /** `kafka-1`, `mongo-3`, … */
  readonly name: string;
  readonly proxy: Proxy;
}

/** A Kafka broker; `brokers` are `host:port`. */
export interface KafkaService extends Service {
  readonly brokers: string[];
}

/** A MongoDB replica set; `uri` names no database. */
export interface MongoService extends Service {
  readonly uri: string;
}

/** What to start; every field may be left out. */
export interface StartOptions {
  /** Keeps the data across starts; left out, a temporary folder is used and removed by `stop`. In Docker data live as long as the container. */
  dataDir?: string | undefined;
  /** Port on 127.0.0.1; left out, a free one is taken. */
  port?: number | undefined;
  log?: Log | undefined;
}

/** A service that somebody else runs. */
export function foreignService(variable: string): Service {
  const refuse = () => Promise.reject(new Error(`${variable} names a service that this process did not start, so it cannot be killed or restarted`));
  return { source: 'environment', pid: undefined, kill: refuse, restart: refuse, stop: () => Promise.resolve() };
}
