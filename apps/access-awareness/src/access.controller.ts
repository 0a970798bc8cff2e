import { Controller, Get, Inject, Param } from '@nestjs/common';
import { access, accessView, t8Subscriptions, type Access, type AccessView, type T8Subscription, type T8Subscriptions } from '@cpm/domain-access-awareness';
import { Describe, parse, ProblemError, RequireScope } from '@cpm/http';
import { CLOCK, storeOf } from '@cpm/runtime-host';
import type { AggregateStore, Clock } from '@cpm/runtime-ports';
import { accessKind, accessState, confidence, cpmAddress, deviceId, deviceRole, networkMonitoring, timestamp, type CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';
import { KnownSubscribers } from './known-subscribers.js';

const path = z.object({ address: cpmAddress });

/** What the operator's network is asked to tell of the Primary (3GPP T8). */
const networkSubscriptionView = z.object({
  monitoring: networkMonitoring, status: z.enum(['creating', 'retrying', 'kept', 'renewing', 'paused', 'refused']), failures: z.int(), reason: z.string().exactOptional(), expiresAt: z.iso.datetime().exactOptional(),
}) satisfies z.ZodType<Pick<T8Subscription, 'monitoring' | 'status' | 'failures' | 'reason'>>;
export type NetworkSubscriptionView = z.output<typeof networkSubscriptionView>;

const instant = z.iso.datetime().exactOptional();
const evidence = z.object({
  access: accessKind, source: z.string(), state: accessState, confidence, observedAt: z.iso.datetime(), confirmedAt: instant, validUntil: instant, staleAt: instant,
  trusted: z.literal(true).exactOptional(), expired: z.boolean(), cause: z.string().exactOptional(),
});
const reached = { ip: accessState, cs: accessState, holdUntil: instant };
const accessAnswer = z.object({
  address: cpmAddress,
  networkSubscriptions: z.array(networkSubscriptionView),
  devices: z.array(z.object({ id: deviceId, role: deviceRole, ...reached, evidence: z.array(evidence) })),
  recent: z.array(z.object({ at: z.iso.datetime(), device: deviceId, ...reached, reason: z.string(), source: z.string().exactOptional(), cause: z.string().exactOptional() })),
}).meta({ id: 'Access' }) satisfies z.ZodType<AccessView>;

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
  @Describe({ summary: 'What is known of a user\'s access, with the evidence for it', path, answers: { 200: accessAnswer }, problems: [404] })
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
