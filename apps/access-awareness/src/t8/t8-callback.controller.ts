import { Body, Controller, HttpCode, Inject, Logger, Param, Post } from '@nestjs/common';
import { t8Notification, T8SubscriptionNotified } from '@cpm/contracts-access-awareness';
import { isOneShot } from '@cpm/domain-access-awareness';
import { orUnavailable, parse, ProblemError } from '@cpm/http';
import { CLOCK, ingressOf } from '@cpm/runtime-host';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { z } from 'zod';
import { KnownSubscribers } from '../known-subscribers.js';
import type { CallbackSubject } from './callback-ids.js';
import { subscriptionIdOf } from './subscription-resource.js';
import type { T8Parts } from './t8-effects.js';
import { T8Metrics } from './t8-metrics.js';
import { T8Reports } from './t8-reports.js';
import { T8 } from './t8-tokens.js';

const path = z.object({ callback: z.string() });
/** How long the deletion of what is nobody's may wait for its turn. */
const DELETION_WAIT_MS = 30_000;

/**
 * The network's reports under subscriptions of this service. A SCEF or NEF need not have a token of ours: whoever knows the callback, which only the
 * network was told, may report what it is of, and of nobody else. 204: it is in the log.
 */
@Controller('/network/v1/t8/notifications')
export class T8CallbackController {
  readonly #logger = new Logger('access-awareness');

  constructor(
    @Inject(T8) private readonly t8: T8Parts | undefined,
    @Inject(T8Reports) private readonly reports: T8Reports,
    @Inject(T8Metrics) private readonly metrics: T8Metrics,
    @Inject(ingressOf('access-awareness')) private readonly ingress: Ingress,
    @Inject(KnownSubscribers) private readonly subscribers: KnownSubscribers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('/:callback')
  @HttpCode(204)
  async notified(@Param() params: unknown, @Body() body: unknown): Promise<void> {
    const subject = this.t8?.callbacks.read(parse(path, params).callback);
    if (!subject) throw new ProblemError(404, 'unknown-callback', 'There is no such callback');
    const notification = parse(t8Notification, body);
    const subscriptionId = subscriptionIdOf(notification.subscription);
    const { user, monitoring, generation } = subject;
    const hasEnded = notification.cancelInd === true;
    const hasReported = (notification.monitoringEventReports ?? []).length > 0;
    if (!(await this.subscribers.among([user])).has(user)) {
      if (!hasEnded && !(hasReported && isOneShot(monitoring))) this.#deleteStray(subject, subscriptionId);
      throw new ProblemError(404, 'unknown-subscriber', 'The subscriber is not provisioned');
    }
    this.metrics.notification(monitoring, hasEnded ? 'ended' : 'reported');
    const word: T8SubscriptionNotified = { user, monitoring, generation, ...(subscriptionId !== undefined && { subscriptionId }), hasReported, hasEnded, at: this.clock.now() };
    await orUnavailable(Promise.all([this.reports.observe(user, notification), this.ingress.publish(T8SubscriptionNotified, word)]));
  }

  /** What is left at the network of somebody who was removed or erased: nothing of him is kept here, so it goes at once or with its next report. */
  #deleteStray({ monitoring }: CallbackSubject, subscriptionId: string | undefined): void {
    this.metrics.notification(monitoring, 'stray');
    if (subscriptionId === undefined) return;
    void this.t8?.client.delete(subscriptionId, this.clock.now() + DELETION_WAIT_MS).then(({ fate }) => this.#logger.log(`a T8 subscription of nobody reported: ${fate}`));
  }
}
