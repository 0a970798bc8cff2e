import { Inject, Injectable, Logger } from '@nestjs/common';
import { AccessObserved } from '@cpm/contracts-access-awareness';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import type { EdgeConfig } from '../edge-config.js';
import { CLOCK, EDGE_CONFIG, INGRESS } from '../ports.js';
import type { DeviceConnection } from './device-connection.js';

const RETRY_MS = 1_000;

/** Tells access-awareness which devices have a live connection. */
@Injectable()
export class Presence {
  private readonly logger = new Logger('presence');

  constructor(
    @Inject(INGRESS) private readonly ingress: Ingress,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EDGE_CONFIG) private readonly config: EdgeConfig,
  ) {}

  /** Says that the device can be reached through this connection, for one lease. When it cannot be said it is soon tried again. */
  async announce(connection: DeviceConnection): Promise<void> {
    const now = this.clock.now();
    connection.nextRenewalMs = now + this.config.EDGE_LEASE_RENEWAL_MS;
    try {
      await this.observe(connection, 'AVAILABLE', now, now + this.config.EDGE_LEASE_MS);
    } catch (error) {
      connection.nextRenewalMs = this.clock.now() + RETRY_MS;
      this.logger.warn(`a connection cannot be announced: ${(error as Error).name}`);
    }
  }

  /** Says that the connection is over. When it cannot be said the lease runs out. */
  async withdraw(connection: DeviceConnection): Promise<void> {
    try {
      await this.observe(connection, 'UNAVAILABLE', this.clock.now());
    } catch (error) {
      this.logger.warn(`the end of a connection cannot be told: ${(error as Error).name}`);
    }
  }

  private observe({ id, user, device }: DeviceConnection, state: 'AVAILABLE' | 'UNAVAILABLE', observedAt: number, validUntil?: number): Promise<void> {
    return this.ingress.publish(AccessObserved, {
      user, device, access: 'IP', state, confidence: 'DELIVERABLE', source: `connection/${id}`, observedAt, ...(validUntil !== undefined && { validUntil }),
    });
  }
}
