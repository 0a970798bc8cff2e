import { Inject, Injectable } from '@nestjs/common';
import { PLATFORM, type Platform } from '@cpm/runtime-host';
import type { CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';

/** What this service reads of a stored subscriber: whether he is provisioned. */
const subscriberState = z.object({ provisioning: z.object({}).optional() });

/** Who is provisioned, read where it is decided: a network's report may come right after the provisioning. */
@Injectable()
export class KnownSubscribers {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  async among(users: readonly CpmAddress[]): Promise<ReadonlySet<CpmAddress>> {
    const stored = await this.platform.readStore('device-registry').load('subscriber', [...new Set(users)]);
    return new Set(stored.filter(({ state }) => subscriberState.parse(state).provisioning).map(({ id }) => id as CpmAddress));
  }
}
