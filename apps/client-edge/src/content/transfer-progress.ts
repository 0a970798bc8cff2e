import type { ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ReportFileProgress } from '@cpm/contracts-routing';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { CLOCK, INGRESS } from '../ports.js';

export interface ObservedTransfer {
  readonly user: CpmAddress;
  readonly device: DeviceId;
  readonly transferId: string;
  /** `completed`: the last byte of the file left. `interrupted`: the connection broke before the answer was out. */
  readonly progress: 'started' | 'completed' | 'interrupted';
  /** Which request it was. */
  readonly fetch: string;
}

/** Who wants to know how devices get on with the files of transfers they accepted. */
export abstract class TransferProgress {
  /** Resolves when the report is kept; rejects when that is not known. */
  abstract report(observed: ObservedTransfer): Promise<void>;
}

/** Tells the routing service through the log. */
@Injectable()
export class PublishedTransferProgress extends TransferProgress {
  /** Since the start. */
  readonly counts = { started: 0, completed: 0, interrupted: 0 };

  constructor(
    @Inject(INGRESS) private readonly ingress: Ingress,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super();
  }

  report(observed: ObservedTransfer): Promise<void> {
    this.counts[observed.progress] += 1;
    return this.ingress.publish(ReportFileProgress, { ...observed, at: this.clock.now() });
  }
}

const logger = new Logger('transfers');

/** Reports the beginning of a response and its end; one that ends well before the file's last byte is no progress to report. */
export function observe(response: ServerResponse, hasLastByte: boolean, report: (progress: ObservedTransfer['progress']) => Promise<void>): void {
  // Nobody waits for the answer: the device asks again, or the transfer expires.
  const tell = (progress: ObservedTransfer['progress']) => void report(progress).catch((error: unknown) => logger.error({ problem: 'transfer-progress', cause: (error as Error).name }));
  tell('started');
  let isSent = false;
  response.once('finish', () => (isSent = true));
  response.once('close', () => {
    if (isSent && !hasLastByte) return;
    tell(isSent ? 'completed' : 'interrupted');
  });
}
