import { hostConfig, parseConfig } from '../config.js';
import type { HostConfig } from '../config.js';

/** The tests of other subjects run beside one another, and wait for a processor: their entrances take that for no overload. */
const UNHURRIED_MS = 600_000;

/** How a process under test is reached: on a free port, by tokens of the identity provider at `jwksUrl`; `variables` of the environment go before. */
export function entranceForTests(jwksUrl: string, variables: Readonly<Record<string, string>> = {}): HostConfig {
  return parseConfig(hostConfig, { HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', CPM_JWKS_URL: jwksUrl, LOG_LEVEL: 'silent', INTAKE_TARGET_MS: String(UNHURRIED_MS), ...variables });
}
