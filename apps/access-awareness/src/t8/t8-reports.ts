import { Logger } from '@nestjs/common';
import { AccessObserved, t8Notification, type T8Notification } from '@cpm/contracts-access-awareness';
import { t8Evidence } from '@cpm/domain-access-awareness';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { msisdnOf, type CpmAddress } from '@cpm/vocabulary';

/** What the network reports of a user under a subscription of his becomes evidence in his log. */
export class T8Reports {
  readonly #logger = new Logger('access-awareness');

  constructor(
    private readonly ingress: Ingress,
    private readonly clock: Clock,
  ) {}

  /** Resolves once it is in the log. A report that names another number is left out; one that names none is of the user. */
  async observe(user: CpmAddress, { monitoringEventReports = [], ...notification }: T8Notification): Promise<void> {
    const own = monitoringEventReports.filter(({ msisdn }) => msisdn === undefined || msisdn === msisdnOf(user)).map(({ msisdn: _, externalId: _externalId, ...report }) => report);
    if (own.length < monitoringEventReports.length) this.#logger.warn('T8 reports under a subscription of one subscriber named another: left out');
    const { observed, ignored } = t8Evidence({ ...notification, monitoringEventReports: own }, { received: this.clock.now(), user });
    for (const { kind, reason } of ignored) this.#logger.debug(`report ${kind} ignored: ${reason}`);
    await Promise.all(observed.map((evidence) => this.ingress.publish(AccessObserved, evidence)));
  }

  /** Reports that came in an answer: what is none is left out. */
  async observeUnchecked(user: CpmAddress, reports: readonly unknown[]): Promise<void> {
    const checked = reports.flatMap((report) => t8Notification.safeParse({ subscription: 'immediate', monitoringEventReports: [report] }).data?.monitoringEventReports ?? []);
    await this.observe(user, { subscription: 'immediate', monitoringEventReports: checked });
  }
}
