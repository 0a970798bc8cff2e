import { createConnection, Error as MongooseError, type Connection, type ConnectOptions } from 'mongoose';

/** Whether operations can be expected to succeed now; goes to readiness. */
export type MongoStatus = 'connected' | 'disconnected';

export interface MongoConnectOptions {
  /** Told about each change, the first connection included. */
  readonly onStatus?: (status: MongoStatus) => void;
  /** For how long a server that does not answer yet is asked again, ms; 0 unless given: once. What it refuses (a password, a name) is not asked again. */
  readonly patienceMs?: number;
  /** Told each time that it is asked again, with why. */
  readonly onAskedAgain?: (error: Error) => void;
  /** Overrides of the driver's options, for TLS and credentials. */
  readonly driver?: ConnectOptions;
}

const OPTIONS: ConnectOptions = {
  autoIndex: false,
  autoCreate: false,
  bufferCommands: false,
  // How soon a returned server is noticed when nobody asks for it.
  heartbeatFrequencyMS: 2_000,
  maxPoolSize: 20,
  retryWrites: true,
  retryReads: true,
  serverSelectionTimeoutMS: 5_000,
};

/** Connects to the replica set of `uri`, whose path names the database. @throws when no primary is found within 5 s and `patienceMs` */
export async function connectMongo(uri: string, options: MongoConnectOptions = {}): Promise<Connection> {
  for (const deadline = performance.now() + (options.patienceMs ?? 0); ; ) {
    try {
      return await connectOnce(uri, options);
    } catch (error) {
      if (!(error instanceof MongooseError.MongooseServerSelectionError) || performance.now() > deadline) throw error;
      options.onAskedAgain?.(error);
    }
  }
}

async function connectOnce(uri: string, { onStatus = () => undefined, driver = {} }: MongoConnectOptions): Promise<Connection> {
  const connection = createConnection();
  let known: MongoStatus = 'disconnected';
  const become = (status: MongoStatus) => () => {
    if (status === known) return;
    known = status;
    onStatus(status);
  };
  for (const event of ['connected', 'reconnected']) connection.on(event, become('connected'));
  for (const event of ['disconnected', 'close']) connection.on(event, become('disconnected'));
  // Operations report their own failures; without a listener the same error would end the process.
  connection.on('error', () => undefined);
  try {
    return await connection.openUri(uri, { ...OPTIONS, ...driver });
  } catch (error) {
    await connection.close(true);
    throw error;
  }
}
