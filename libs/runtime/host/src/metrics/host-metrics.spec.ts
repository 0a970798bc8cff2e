import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import type { Readiness } from '../readiness.js';
import { watchHost } from './host-metrics.js';

const readiness = (database?: string, ...consumers: string[]) =>
  ({ reasons: async () => [...(database === undefined ? [] : [database]), ...consumers], databaseProblem: async () => database }) as unknown as Readiness;

async function measured(parts: { readiness: Readiness; keysUnreadableMs?: number; caFile?: string }): Promise<string> {
  const registry = new Registry();
  watchHost(registry, { readiness: parts.readiness, keysUnreadableMs: () => parts.keysUnreadableMs ?? 0, certificates: { KAFKA_TLS_CA_FILE: parts.caFile } });
  return registry.metrics();
}

it('says whether the process is ready, and the database there', async () => {
  expect(await measured({ readiness: readiness() })).toMatch(/cpm_ready 1\n[^]*cpm_database_up 1\n/);
  expect(await measured({ readiness: readiness(undefined, 'routing: stalled') })).toMatch(/cpm_ready 0\n[^]*cpm_database_up 1\n/);
  expect(await measured({ readiness: readiness('does not answer'), keysUnreadableMs: 301_000 })).toMatch(/cpm_ready 0\n[^]*cpm_database_up 0\n[^]*cpm_token_keys_unreadable_seconds 301\n/);
});

it('knows the memory that it may use', async () => {
  const [, limit] = /^cpm_memory_limit_bytes (\S+)/m.exec(await measured({ readiness: readiness() })) ?? [];
  expect(Number(limit)).toBeGreaterThan(64 * 2 ** 20);
});

describe('of certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cpm-certificates-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const made = (name: string, days: number) => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=test', '-days', String(days), '-keyout', join(folder, 'key'), '-out', join(folder, name)], { stdio: 'ignore' });
    return readFileSync(join(folder, name), 'utf8');
  };

  it('tells the end of the first to end, and nothing of a file that cannot be read', async () => {
    const file = join(folder, 'both.pem');
    writeFileSync(file, made('long', 400) + made('short', 10));
    const [, end] = /cpm_certificate_expiry_timestamp_seconds\{certificate="kafka-ca"\} (\d+)/.exec(await measured({ readiness: readiness(), caFile: file })) ?? [];
    expect(Math.abs(Number(end) - (Date.now() / 1_000 + 10 * 86_400))).toBeLessThan(3_600);
    expect(await measured({ readiness: readiness(), caFile: join(folder, 'absent') })).not.toContain('certificate="');
  });
});
