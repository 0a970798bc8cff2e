import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Revocations } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import type { EdgeConfig } from '../edge-config.js';
import { CLOCK, DeviceDirectory, EDGE_CONFIG } from '../ports.js';
import { Cursors } from './cursors.js';
import { CLOSE, type DeviceConnection } from './device-connection.js';
import { DownlinkFeed } from './downlink-feed.js';
import { Presence } from './presence.js';

const NOT_REGISTERED = 'the device is not registered any more';

/** The live connections of this process: at most one per device, each with a heartbeat and a lease. */
@Injectable()
export class LiveConnections implements OnModuleInit, OnModuleDestroy {
  private readonly byDevice = new Map<string, DeviceConnection>();
  private endOfNews: () => void = () => undefined;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EDGE_CONFIG) private readonly config: EdgeConfig,
    @Inject(DownlinkFeed) private readonly feed: DownlinkFeed,
    @Inject(Presence) private readonly presence: Presence,
    @Inject(Cursors) private readonly cursors: Cursors,
    @Inject(DeviceDirectory) private readonly directory: DeviceDirectory,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {}

  onModuleInit(): void {
    this.endOfNews = this.revocations.onNews(() => this.closeRevoked());
  }

  onModuleDestroy(): void {
    this.endOfNews();
  }

  get count(): number {
    return this.byDevice.size;
  }

  /** Takes the connection in, announces it, then lets go of the one it replaces. */
  open(connection: DeviceConnection): void {
    const now = this.clock.now();
    connection.lastHeardMs = now;
    connection.nextPingMs = now + this.config.EDGE_PING_INTERVAL_MS;
    const replaced = this.byDevice.get(keyOf(connection));
    this.byDevice.set(keyOf(connection), connection);
    // Before the old one is let go, so that the device is never reported gone in between: the log keeps this order.
    void this.presence.announce(connection);
    this.feed.attach(connection);
    replaced?.close(CLOSE.replaced, 'the device opened another connection');
  }

  /** The connection is over; resolves when access-awareness was told. */
  async ended(connection: DeviceConnection): Promise<void> {
    this.feed.detach(connection);
    if (this.byDevice.get(keyOf(connection)) === connection) this.byDevice.delete(keyOf(connection));
    await this.presence.withdraw(connection);
  }

  heard(connection: DeviceConnection): void {
    connection.lastHeardMs = this.clock.now();
  }

  /** Pings, renews leases, drops who has been silent for too long, and whose token has expired. */
  pulse(): void {
    const now = this.clock.now();
    const { EDGE_PING_INTERVAL_MS, EDGE_SILENCE_MS } = this.config;
    for (const connection of this.byDevice.values()) {
      if (now >= connection.expiresAt) {
        connection.expel(CLOSE.unauthorized, 'the token expired');
        continue;
      }
      if (now - connection.lastHeardMs > EDGE_SILENCE_MS) {
        connection.terminate();
        continue;
      }
      if (now >= connection.nextPingMs) {
        connection.nextPingMs = now + EDGE_PING_INTERVAL_MS;
        connection.ping();
      }
      if (now >= connection.nextRenewalMs) void this.presence.announce(connection);
    }
  }

  /** Closes connections whose device has opened another one at another replica. */
  async closeReplaced(): Promise<void> {
    const held = [...this.byDevice.values()];
    const replaced = await this.cursors.replaced(held);
    for (const connection of held) if (replaced.has(connection.id)) connection.close(CLOSE.replaced, 'the device opened another connection');
  }

  /** Closes connections whose token was issued before the device, or its user, was removed. */
  private closeRevoked(): void {
    for (const connection of this.byDevice.values()) if (this.revocations.covers(connection)) connection.expel(CLOSE.notRegistered, NOT_REGISTERED);
  }

  /** Closes connections of devices that are not registered any more, should their removal have gone unnoticed. */
  async closeUnregistered(): Promise<void> {
    const gone = new Set((await this.directory.notRegistered([...this.byDevice.values()])).map(keyOf));
    for (const [key, connection] of this.byDevice) if (gone.has(key)) connection.expel(CLOSE.notRegistered, NOT_REGISTERED);
  }

  /** Ends every connection; resolves when access-awareness was told. */
  async closeAll(): Promise<void> {
    const all = [...this.byDevice.values()];
    for (const connection of all) connection.close(CLOSE.goingAway, 'the server stops');
    await Promise.all(all.map((connection) => this.ended(connection)));
    for (const connection of all) connection.terminate();
  }
}

function keyOf({ user, device }: { user: string; device: string }): string {
  return `${user}|${device}`;
}
