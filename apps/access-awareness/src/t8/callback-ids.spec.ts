import { createCipheriv, hkdfSync } from 'node:crypto';
import type { CpmAddress } from '@cpm/vocabulary';
import { CallbackIds } from './callback-ids.js';

const SECRET = 'a secret that is known to this test';
const ids = new CallbackIds(SECRET);
const NOW = Date.parse('2026-03-02T09:30:00Z');
const DAY_MS = 86_400_000;
const subject = { user: 'tel:+491511000000123' as CpmAddress, monitoring: 'LOSS_OF_CONNECTIVITY', generation: NOW - 5 * DAY_MS, expiresAt: NOW } as const;

/** As the version before made them. */
function undated(text: string): string {
  const iv = Buffer.alloc(12, 7);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(hkdfSync('sha256', SECRET, '', 'cpm t8 callback', 32)), iv, { authTagLength: 16 });
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url');
}

it('are read until they are over, and fit into the router', () => {
  const id = ids.of(subject);
  expect(ids.read(id, NOW - 1)).toEqual(subject);
  expect(ids.read(id, NOW)).toBeUndefined();
  expect(ids.of({ ...subject, generation: Number.MAX_SAFE_INTEGER, expiresAt: NOW + 1_000 * DAY_MS }).length).toBeLessThanOrEqual(86);
  expect(new CallbackIds('another secret that is long enough').read(id, 0)).toBeUndefined();
});

it('of the version before are read for as long as they can stand', () => {
  const { generation } = subject;
  const id = undated(`491511000000123.2.${generation.toString(36)}`);
  expect(ids.read(id, generation + 30 * DAY_MS)).toMatchObject({ user: subject.user, generation });
  expect(ids.read(id, generation + 31 * DAY_MS)).toBeUndefined();
});
