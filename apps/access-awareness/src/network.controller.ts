import { Body, Controller, HttpCode, Inject, Logger, Post } from '@nestjs/common';
import { AccessObserved, imsRegistration, t8Notification } from '@cpm/contracts-access-awareness';
import { imsRegistrationEvidence, t8Evidence } from '@cpm/domain-access-awareness';
import { parse, ProblemError, RequireScope, orUnavailable } from '@cpm/http';
import { CLOCK, ingressOf } from '@cpm/runtime-host';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { normaliseAddress } from '@cpm/vocabulary';
import { KnownSubscribers } from './known-subscribers.js';

/** What networks report of a subscriber's access. 204: the evidence is in the log. */
@Controller('/network/v1')
@RequireScope('network')
export class NetworkController {
  private readonly logger = new Logger('access-awareness');

  constructor(
    @Inject(ingressOf('access-awareness')) private readonly ingress: Ingress,
    @Inject(KnownSubscribers) private readonly subscribers: KnownSubscribers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('/t8/notifications')
  @HttpCode(204)
  async t8(@Body() body: unknown): Promise<void> {
    const { observed, ignored, isCancelled } = t8Evidence(parse(t8Notification, body), this.clock.now());
    for (const { monitoringType, reason } of ignored) this.logger.debug(`T8 report ${monitoringType} ignored: ${reason}`);
    if (isCancelled) this.logger.warn('the network has cancelled a T8 subscription');
    await this.observe(observed.flatMap(({ msisdn, ...evidence }) => {
      const user = normaliseAddress(`tel:+${msisdn}`);
      return user ? [{ ...evidence, user }] : [];
    }));
  }

  @Post('/ims/registrations')
  @HttpCode(204)
  async registrations(@Body() body: unknown): Promise<void> {
    await this.observe(imsRegistrationEvidence(parse(imsRegistration, body), this.clock.now()));
  }

  /** Reports about strangers are dropped as long as one is about a subscriber. */
  private async observe(evidence: readonly AccessObserved[]): Promise<void> {
    if (evidence.length === 0) return;
    const known = await this.subscribers.among(evidence.map(({ user }) => user));
    const kept = evidence.filter(({ user }) => known.has(user));
    if (kept.length === 0) throw new ProblemError(404, 'unknown-subscriber', 'The subscriber is not provisioned');
    await orUnavailable(Promise.all(kept.map((one) => this.ingress.publish(AccessObserved, one))));
  }
}
