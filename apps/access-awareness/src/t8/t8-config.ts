import { ConfigError, parseConfig } from '@cpm/runtime-host';
import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http: or https: URL' }).transform((url) => url.replace(/\/+$/, ''));
const secret = z.string().min(1).max(4096);

/** How the operator's SCEF or NEF is asked for reports (3GPP TS 29.122): environment variables. Without `T8_API_ROOT` it is asked nothing. */
export const t8Config = z.object({
  /** `{apiRoot}` of TS 29.122 5.2.4. */
  T8_API_ROOT: httpUrl.optional(),
  T8_SCS_AS_ID: z.string().regex(/^[\w.~@-]{1,128}$/, 'must be 1 to 128 letters, digits, _ . ~ @ or -').optional(),
  /** Where the network reaches `/network/v1/t8/notifications` of this system. */
  T8_NOTIFICATION_URL: httpUrl.optional(),
  /** What callback ids are made with; another one makes those unreadable that the network has, until they are renewed. */
  T8_CALLBACK_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  /** A bearer token that does not change, or OAuth 2.0 client credentials; neither: requests carry none. */
  T8_TOKEN: secret.optional(),
  T8_TOKEN_URL: httpUrl.optional(),
  T8_CLIENT_ID: secret.optional(),
  T8_CLIENT_SECRET: secret.optional(),
  /** For how long subscriptions are asked for. */
  T8_EXPIRE_SEC: z.coerce.number().int().min(60).max(30 * 86_400).default(86_400),
  /** How long a phone may be silent before its loss is reported (maximumDetectionTime). */
  T8_DETECTION_SEC: z.coerce.number().int().min(1).max(86_400).default(600),
  T8_TIMEOUT_MS: z.coerce.number().int().min(100).max(15_000).default(5_000),
  /** Requests at a time. */
  T8_WINDOW: z.coerce.number().int().min(1).max(256).default(16),
});

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface T8Settings {
  /** URI of the collection of subscriptions, without a slash at its end. */
  readonly subscriptionsUrl: string;
  readonly notificationUrl: string;
  readonly callbackSecret: string;
  readonly authorization: { readonly token: string } | ClientCredentials | undefined;
  readonly expireMs: number;
  readonly detectionSec: number;
  readonly timeoutMs: number;
  readonly window: number;
}

/** Undefined: the network is asked nothing. @throws ConfigError that names a variable that is missing or wrong */
export function t8Settings(environment: Readonly<Record<string, string | undefined>>): T8Settings | undefined {
  const config = parseConfig(t8Config, environment);
  const { T8_API_ROOT: apiRoot } = config;
  if (apiRoot === undefined) return undefined;
  return {
    subscriptionsUrl: `${apiRoot}/3gpp-monitoring-event/v1/${encodeURIComponent(needed(config, 'T8_SCS_AS_ID'))}/subscriptions`,
    notificationUrl: needed(config, 'T8_NOTIFICATION_URL'),
    callbackSecret: needed(config, 'T8_CALLBACK_SECRET'),
    authorization: authorizationOf(config),
    expireMs: config.T8_EXPIRE_SEC * 1_000,
    detectionSec: config.T8_DETECTION_SEC,
    timeoutMs: config.T8_TIMEOUT_MS,
    window: config.T8_WINDOW,
  };
}

type Config = z.output<typeof t8Config>;

function authorizationOf(config: Config): T8Settings['authorization'] {
  const { T8_TOKEN: token, T8_TOKEN_URL: tokenUrl } = config;
  if (token !== undefined && tokenUrl !== undefined) throw new ConfigError('T8_TOKEN: not together with T8_TOKEN_URL');
  if (token !== undefined) return { token };
  if (tokenUrl === undefined) return undefined;
  return { tokenUrl, clientId: needed(config, 'T8_CLIENT_ID', 'T8_TOKEN_URL'), clientSecret: needed(config, 'T8_CLIENT_SECRET', 'T8_TOKEN_URL') };
}

function needed(config: Config, name: 'T8_SCS_AS_ID' | 'T8_NOTIFICATION_URL' | 'T8_CALLBACK_SECRET' | 'T8_CLIENT_ID' | 'T8_CLIENT_SECRET', by = 'T8_API_ROOT'): string {
  const value = config[name];
  if (value === undefined) throw new ConfigError(`${name}: is needed with ${by}`);
  return value;
}
