import { readFileSync } from 'node:fs';
import kafkajs, { type KafkaConfig } from 'kafkajs';

/** A secret, or the file that holds it: that is read again for each connection, so that it can be changed while the process runs. */
export type Secret = string | { readonly file: string };

export interface KafkaSecurity {
  /** Paths of PEM files, read again for each connection. Without `caFile` the authorities that Node knows count. */
  readonly tls?: { readonly caFile?: string | undefined; readonly client?: { readonly certFile: string; readonly keyFile: string } | undefined } | undefined;
  readonly sasl?: { readonly mechanism: 'scram-sha-512' | 'scram-sha-256' | 'plain'; readonly username: string; readonly password: Secret } | undefined;
}

/** Whether the broker does not take this user or his password. */
export function isRefusedLogin(error: unknown): boolean {
  if (error instanceof kafkajs.KafkaJSSASLAuthenticationError) return true;
  const { cause } = error as { cause?: unknown };
  return cause !== undefined && cause !== error && isRefusedLogin(cause);
}

function secretOf(secret: Secret): string {
  return typeof secret === 'string' ? secret : readFileSync(secret.file, 'utf8').trimEnd();
}

/** What a new TLS connection is made with. @throws when a file cannot be read */
export function tlsOptions({ caFile, client }: NonNullable<KafkaSecurity['tls']>): { ca?: string; cert?: string; key?: string } {
  return {
    ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
    ...(client && { cert: readFileSync(client.certFile, 'utf8'), key: readFileSync(client.keyFile, 'utf8') }),
  };
}

/** kafkajs asks for the password each time it signs in. */
export function saslOptions({ mechanism, username, password }: NonNullable<KafkaSecurity['sasl']>): NonNullable<KafkaConfig['sasl']> {
  return { mechanism, username, get password() { return secretOf(password); } } as NonNullable<KafkaConfig['sasl']>;
}
