import { Inject, Injectable } from '@nestjs/common';
import { ReportDisposition } from '@cpm/contracts-routing';
import { orUnavailable } from '@cpm/http';
import { currentSpan, within, type Clock, type Ingress } from '@cpm/runtime-ports';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { z } from 'zod';
import { CLOCK, INGRESS } from '../ports.js';

export const reportedStatus = z.enum(['delivered', 'displayed']);
export type ReportedStatus = z.output<typeof reportedStatus>;

export interface DeviceReport {
  readonly user: CpmAddress;
  readonly device: DeviceId;
  readonly messageId: string;
  readonly status: ReportedStatus;
}

interface Gathered {
  readonly event: { user: CpmAddress; messageId: string; items: { device: DeviceId; status: ReportedStatus; at: number }[] };
  /** Of the device that spoke first. */
  readonly trace: ReturnType<typeof currentSpan>;
  readonly published: Promise<void>;
  readonly settle: (outcome: Promise<void>) => void;
}

const GATHER_MS = 2;

/** Brings what recipients' devices say of messages into the log: devices of one user that speak at once share one record. */
@Injectable()
export class DispositionReports {
  private readonly gathering = new Map<string, Gathered>();

  constructor(
    @Inject(INGRESS) private readonly ingress: Ingress,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Resolves once the report is in the log; rejects with a 503 problem. */
  report({ user, device, messageId, status }: DeviceReport): Promise<void> {
    if (this.gathering.size === 0) setTimeout(() => this.flush(), GATHER_MS);
    const key = `${user}|${messageId}`;
    const gathered = this.gathering.get(key) ?? newGathered(user, messageId);
    this.gathering.set(key, gathered);
    const { items } = gathered.event;
    if (!items.some((item) => item.device === device && item.status === status)) items.push({ device, status, at: this.clock.now() });
    return gathered.published;
  }

  private flush(): void {
    const all = [...this.gathering.values()];
    this.gathering.clear();
    for (const { event, trace, settle } of all) {
      settle(orUnavailable(within(trace, () => this.ingress.publish(ReportDisposition, event))));
    }
  }
}

function newGathered(user: CpmAddress, messageId: string): Gathered {
  let settle: Gathered['settle'] = () => undefined;
  const published = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { event: { user, messageId, items: [] }, trace: currentSpan(), published, settle };
}
