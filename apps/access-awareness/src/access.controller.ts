import { Controller, Get, Inject, Param } from '@nestjs/common';
import { access, accessView, type Access, type AccessView } from '@cpm/domain-access-awareness';
import { parse, ProblemError, RequireScope } from '@cpm/http';
import { CLOCK, storeOf } from '@cpm/runtime-host';
import type { AggregateStore, Clock } from '@cpm/runtime-ports';
import { cpmAddress, type CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';
import { KnownSubscribers } from './known-subscribers.js';

const path = z.object({ address: cpmAddress });

/** What is known of a user's access, with the evidence for it. */
@Controller('/admin/v1/access')
@RequireScope('operator')
export class AccessController {
  constructor(
    @Inject(storeOf('access-awareness')) private readonly store: AggregateStore,
    @Inject(KnownSubscribers) private readonly subscribers: KnownSubscribers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('/:address')
  async get(@Param() params: unknown): Promise<{ address: CpmAddress } & AccessView> {
    const { address } = parse(path, params);
    if (!(await this.subscribers.among([address])).has(address)) throw new ProblemError(404, 'unknown-subscriber', 'The subscriber is not provisioned');
    const [stored] = await this.store.load(access.name, [address]);
    return { address, ...accessView((stored?.state as Access | undefined) ?? access.decider.initial, this.clock.now()) };
  }
}
