import type { IncomingHttpHeaders } from 'node:http';
import type { EdgeConfig } from '../edge-config.js';

/**
 * Whether a browser's page may open a stream (RFC 6455, 10.2): one of the entry itself, or of a configured origin. Only browsers name an origin, and
 * they name the page's. Without `PUBLIC_URL` the entry is what the request calls it.
 */
export function mayOpenStream({ origin, host }: IncomingHttpHeaders, { PUBLIC_URL, CORS_ORIGINS }: Pick<EdgeConfig, 'PUBLIC_URL' | 'CORS_ORIGINS'>): boolean {
  if (origin === undefined || CORS_ORIGINS.includes(origin)) return true;
  if (PUBLIC_URL !== undefined) return origin === new URL(PUBLIC_URL).origin;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}
