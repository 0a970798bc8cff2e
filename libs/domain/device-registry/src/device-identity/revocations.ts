import { tokenHash } from '@cpm/message-tags';
import { writeRow, type RowWrite } from '@cpm/runtime-decider';
import type { CpmAddress, DeviceId, Instant } from '@cpm/vocabulary';

/** What was removed, for all services to see: tokens that were issued before count no longer. */
export const REVOCATIONS_TABLE = 'revocations';

/** As long as a token can live. */
const KEPT_MS = 7 * 86_400_000;

/** One removal: `which` tells it from others of the same device. */
export interface Removal {
  readonly user: CpmAddress;
  /** All devices of the user when absent. */
  readonly device?: DeviceId;
  readonly which: string | number;
  readonly at: Instant;
}

/** Of whom it is stands there as a hash, so that it may outlive the erasure of the user. */
export function revocation({ user, device, which, at }: Removal): RowWrite {
  const h = tokenHash(device === undefined ? user : `${user}|${device}`);
  return writeRow({ table: REVOCATIONS_TABLE, id: `${h}|${which}`, insert: { h, at, delAt: new Date(at + KEPT_MS) } });
}
