import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { t8Notification, T8SubscriptionNotified } from '@cpm/contracts-access-awareness';
import { isOneShot } from '@cpm/domain-access-awareness';
import { Describe, OpenToAnybody, orUnavailable, parse, ProblemError } from '@cpm/http';
import { CLOCK, ingressOf } from '@cpm/runtime-host';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { z } from 'zod';
import { KnownSubscribers } from '../known-subscribers.js';
import { subscriptionIdOf } from './subscription-resource.js';
import type { T8Parts } from './t8-effects.js';
import { T8Orphans } from './t8-orphans.js';
import { T8Metrics } from './t8-metrics.js';
import { T8Reports } from './t8-reports.js';
import { T8 } from './t8-tokens.js';

const path = z.object({ callback: z.string() });

/**
 * The network's reports under subscriptions of this service. A SCEF or NEF need not have a token of ours: whoever knows the callback, which only the
 * network was told, may report what it is of, and of nobody else. 204: it is in the log.
 */
@Controller('/network/v1/t8/notifications')
@OpenToAnybody()
export class T8CallbackController {
  constructor(
    @Inject(T8) private readonly t8: T8Parts | undefined,
    @Inject(T8Reports) private readonly reports: T8Reports,
    @Inject(T8Orphans) private readonly orphans: T8Orphans,
    @Inject(T8Metrics) private readonly metrics: T8Metrics,
    @Inject(ingressOf('access-awareness')) private readonly ingress: Ingress,
    @Inject(KnownSubscribers) private readonly subscribers: KnownSubscribers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('/:callback')
  @HttpCode(204)
  @Describe({ summary: 'A report under a subscription of this service at a SCEF or NEF', path, body: t8Notification, answers: { 204: null }, problems: [404, 503] })
  async notified(@Param() params: unknown, @Body() body: unknown): Promise<void> {
    const subject = this.t8?.callbacks.read(parse(path, params).callback, this.clock.now());
    if (!subject) throw new ProblemError(404, 'unknown-callback', 'There is no such callback');
    const notification = parse(t8Notification, body);
    const { user, monitoring, generation } = subject;
    const hasEnded = notification.cancelInd === true;
    const hasReported = (notification.monitoringEventReports ?? []).length > 0;
    const claimed = hasEnded || (hasReported && isOneShot(monitoring)) ? undefined : subscriptionIdOf(notification.subscription);
    if (!(await this.subscribers.among([user])).has(user)) {
      this.metrics.notification(monitoring, 'stray');
      if (claimed !== undefined) this.orphans.remove(subject, claimed);
      throw new ProblemError(404, 'unknown-subscriber', 'The subscriber is not provisioned');
    }
    this.metrics.notification(monitoring, hasEnded ? 'ended' : 'reported');
    const word: T8SubscriptionNotified = { user, monitoring, generation, hasReported, hasEnded, at: this.clock.now() };
    await orUnavailable(Promise.all([this.reports.observe(user, notification), this.ingress.publish(T8SubscriptionNotified, word)]));
    if (claimed !== undefined) this.orphans.found(subject, claimed);
  }
}
