import { Inject, Injectable, Logger } from '@nestjs/common';
import { AccessObserved, AccessRestated } from '@cpm/contracts-access-awareness';
import type { NetworkEvidence } from '@cpm/domain-access-awareness';
import { orUnavailable, ProblemError } from '@cpm/http';
import { ingressOf } from '@cpm/runtime-host';
import type { Ingress } from '@cpm/runtime-ports';
import { KnownSubscribers } from './known-subscribers.js';

/** Writes what networks say of subscribers to the log. */
@Injectable()
export class EvidenceIntake {
  private readonly logger = new Logger('access-awareness');

  constructor(
    @Inject(ingressOf('access-awareness')) private readonly ingress: Ingress,
    @Inject(KnownSubscribers) private readonly subscribers: KnownSubscribers,
  ) {}

  /**
   * Reports about strangers are dropped as long as one is about a subscriber; a body in which nobody is one is a 404 problem.
   * Resolves when all is in the log.
   */
  async take({ observed, restated, ignored }: NetworkEvidence): Promise<void> {
    for (const { kind, reason } of ignored) this.logger.debug(`report ${kind} ignored: ${reason}`);
    const named = [...observed, ...restated].map(({ user }) => user);
    if (named.length === 0 && !ignored.some(({ reason }) => reason === 'no-subscriber')) return;
    const known = await this.subscribers.among(named);
    if (known.size === 0) throw new ProblemError(404, 'unknown-subscriber', 'The subscriber is not provisioned');
    await orUnavailable(Promise.all([
      ...observed.filter(({ user }) => known.has(user)).map((one) => this.ingress.publish(AccessObserved, one)),
      ...restated.filter(({ user }) => known.has(user)).map((one) => this.ingress.publish(AccessRestated, one)),
    ]));
  }
}
