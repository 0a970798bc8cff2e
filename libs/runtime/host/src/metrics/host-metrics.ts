import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { Registry } from 'prom-client';
import type { Readiness } from '../readiness.js';
import { gaugeOf } from './instruments.js';

export interface WatchedHost {
  readonly readiness: Readiness;
  /** Since when the keys of tokens cannot be read; 0 while they can. */
  readonly keysUnreadableMs: () => number;
  readonly certificates: { readonly KAFKA_TLS_CA_FILE?: string | undefined; readonly KAFKA_TLS_CERT_FILE?: string | undefined };
}

const MS_PER_SEC = 1_000;

/** Measures the process, whatever it hosts, whenever somebody collects. */
export function watchHost(registry: Registry, { readiness, keysUnreadableMs, certificates }: WatchedHost): void {
  gaugeOf(registry, 'cpm_ready', async (gauge) => gauge.set({}, (await readiness.reasons()).length === 0 ? 1 : 0));
  gaugeOf(registry, 'cpm_database_up', async (gauge) => gauge.set({}, (await readiness.databaseProblem()) === undefined ? 1 : 0));
  gaugeOf(registry, 'cpm_memory_limit_bytes', (gauge) => gauge.set({}, memoryLimit()));
  gaugeOf(registry, 'cpm_token_keys_unreadable_seconds', (gauge) => gauge.set({}, keysUnreadableMs() / MS_PER_SEC));
  const files = [['kafka-ca', certificates.KAFKA_TLS_CA_FILE], ['kafka-client', certificates.KAFKA_TLS_CERT_FILE]] as const;
  gaugeOf(registry, 'cpm_certificate_expiry_timestamp_seconds', async (gauge) => {
    for (const [certificate, file] of files) {
      const end = file === undefined ? undefined : await endOf(file).catch(() => undefined);
      if (end !== undefined) gauge.set({ certificate }, end);
    }
  });
}

function memoryLimit(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** When the first of a file's certificates ends, epoch seconds. @throws when the file cannot be read or one is malformed */
async function endOf(file: string): Promise<number | undefined> {
  const ends = [...(await readFile(file, 'utf8')).matchAll(CERTIFICATE)].map(([pem]) => Date.parse(new X509Certificate(pem).validTo) / MS_PER_SEC);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
