import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { EntranceOptions, TokenVerifierOptions } from '@cpm/http';
import type { HostConfig } from './config.js';

/** Which tokens count, as the configuration says it. */
export function tokensOf(config: HostConfig): TokenVerifierOptions {
  return { jwksUrl: config.CPM_JWKS_URL, issuer: config.CPM_TOKEN_ISSUER, audience: config.CPM_TOKEN_AUDIENCE, maxLifeMs: config.CPM_TOKEN_MAX_LIFE_SEC * 1_000 };
}

export function entranceOf(config: HostConfig): EntranceOptions {
  return {
    proxyHops: config.EDGE_PROXY_HOPS,
    limits: {
      network: { perSecond: config.IP_REQUESTS_PER_SEC, burst: config.IP_REQUESTS_BURST },
      refusals: { perSecond: config.IP_REFUSALS_PER_MIN / 60, burst: config.IP_REFUSALS_PER_MIN },
      user: { perSecond: config.USER_REQUESTS_PER_SEC, burst: config.USER_REQUESTS_BURST },
    },
  };
}

const PREFLIGHT_SEC = 600;

/** Pages of these origins may call; of any other none may, and none is told more than that. Without cookies: who calls is said by the token alone. */
export function allowOrigins(app: NestFastifyApplication, { CORS_ORIGINS: origins }: Pick<HostConfig, 'CORS_ORIGINS'>): void {
  if (origins.length === 0) return;
  app.enableCors({
    origin: [...origins],
    credentials: false,
    maxAge: PREFLIGHT_SEC,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match', 'if-range', 'range', 'upload-id', 'upload-length', 'upload-offset', 'x-file-name', 'x-request-id',
    ],
    exposedHeaders: ['accept-ranges', 'content-disposition', 'content-range', 'etag', 'location', 'retry-after', 'upload-length', 'upload-offset', 'www-authenticate', 'x-request-id'],
  });
}
