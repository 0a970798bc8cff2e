import { Controller, Get, Inject, Param } from '@nestjs/common';
import { access, accessView, t8Subscriptions, type Access, type AccessView, type T8Subscription, type T8Subscriptions } from '@cpm/domain-access-awareness';
import { parse, ProblemError, RequireScope } from '@cpm/http';
import { CLOCK, storeOf } from '@cpm/runtime-host';
import type { AggregateStore, Clock } from '@cpm/runtime-ports';
import { cpmAddress, timestamp, type CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';
import { KnownSubscribers } from './known-subscribers.js';

const path = z.object({ address: cpmAddress });

/** What the operator's network is asked to tell of the Primary (3GPP T8). */
export type NetworkSubscriptionView = Pick<T8Subscription, 'monitoring' | 'status' | 'failures' | 'reason'> & { readonly expiresAt?: string };

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
  async get(@Param() params: unknown): Promise<{ address: CpmAddress; networkSubscriptions: readonly NetworkSubscriptionView[] } & AccessView> {
    const { address } = parse(path, params);
    if (!(await this.subscribers.among([address])).has(address)) throw new ProblemError(404, 'unknown-subscriber', 'The subscriber is not provisioned');
    const [stored] = await this.store.load(access.name, [address]);
    const [asked] = await this.store.load(t8Subscriptions.name, [address]);
    const { subscriptions } = (asked?.state as T8Subscriptions | undefined) ?? t8Subscriptions.decider.initial;
    return { address, ...accessView(stateOf(stored), this.clock.now()), networkSubscriptions: subscriptions.map(viewOf) };
  }
}

function stateOf(stored: { readonly state: unknown } | undefined): Access {
  const state = stored?.state as Access | undefined;
  return state ? (access.upgrade?.(state) ?? state) : access.decider.initial;
}

function viewOf({ monitoring, status, expiresAt, failures, reason }: T8Subscription): NetworkSubscriptionView {
  return { monitoring, status, ...(expiresAt !== undefined && { expiresAt: timestamp(expiresAt) }), failures, ...(reason !== undefined && { reason }) };
}
