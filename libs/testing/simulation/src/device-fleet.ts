import { AccessObserved } from '@cpm/contracts-access-awareness';
import { ReportDisposition } from '@cpm/contracts-routing';
import type { CpmAddress, DeviceId, DeviceRole } from '@cpm/vocabulary';
import type { World } from './world.js';

/** What the edge hands to live sockets. */
interface PushedFrame {
  readonly user: string;
  readonly n: number;
  readonly to: readonly string[];
  readonly type: string;
  readonly data: Record<string, unknown>;
}

export interface SimulatedDevice {
  readonly id: DeviceId;
  readonly user: CpmAddress;
  readonly role: DeviceRole;
  connection: string | undefined;
  /** Cursor of the last frame it has. */
  cursor: number;
  readonly messages: Set<string>;
}

const LEASE_MS = 90_000;

/** Devices as a careful client behaves: acknowledges what it gets, ignores copies, replays from its cursor. */
export class DeviceFleet {
  readonly all = new Map<string, SimulatedDevice>();

  constructor(private readonly world: World) {}

  add(device: Pick<SimulatedDevice, 'id' | 'user' | 'role'>): void {
    this.all.set(device.id, { ...device, connection: undefined, cursor: 0, messages: new Set() });
  }

  get(id: string): SimulatedDevice {
    return this.all.get(id) as SimulatedDevice;
  }

  async connect(id: string): Promise<void> {
    const device = this.get(id);
    if (device.connection) return;
    device.connection = this.world.newId();
    await this.observe(device, device.connection, 'AVAILABLE');
    await this.replay(device);
  }

  async disconnect(id: string): Promise<void> {
    const device = this.get(id);
    const connection = device.connection;
    if (!connection) return;
    device.connection = undefined;
    await this.observe(device, connection, 'UNAVAILABLE');
  }

  /** A live socket gets a frame, some time after the commit. */
  async push(input: unknown): Promise<void> {
    const frame = input as PushedFrame;
    const targets = frame.to.map((id) => this.all.get(id)).filter((device) => device?.connection);
    const connections = targets.map((device) => device?.connection);
    await this.world.steps.turn('push frame');
    for (const [index, device] of targets.entries()) {
      if (device && device.connection === connections[index]) await this.receive(device, frame);
    }
  }

  async dispose(device: SimulatedDevice, messageId: string, status: 'delivered' | 'displayed'): Promise<void> {
    this.world.history.saw(this.world.now, { kind: 'acknowledged', device: device.id, messageId, status });
    await this.world.ingress(ReportDisposition, { user: device.user, messageId, items: [{ device: device.id, status, at: this.world.now }] });
  }

  /** Leases of live connections are renewed as real edges do; without it a device would seem lost. */
  async renewLeases(): Promise<void> {
    for (const device of this.all.values()) if (device.connection) await this.observe(device, device.connection, 'AVAILABLE');
  }

  private async observe(device: SimulatedDevice, connection: string, state: 'AVAILABLE' | 'UNAVAILABLE'): Promise<void> {
    await this.world.ingress(AccessObserved, {
      user: device.user, device: device.id, access: 'IP', state, confidence: 'DELIVERABLE', source: `connection/${connection}`, observedAt: this.world.now,
      ...(state === 'AVAILABLE' ? { validUntil: this.world.now + LEASE_MS } : {}),
    });
  }

  private async replay(device: SimulatedDevice): Promise<void> {
    await this.world.steps.turn('replay');
    const store = this.world.storeOf('client-edge');
    const head = store.aggregates('downlink').find(({ stored }) => stored.id === device.user)?.stored.state as { next: number } | undefined;
    const rows = [...store.rows('frames').values()] as unknown as (PushedFrame & { u: string })[];
    const missed = rows.filter((row) => row.u === device.user && row.n > device.cursor && row.n < (head?.next ?? 0) && row.to.includes(device.id));
    for (const row of missed.sort((a, b) => a.n - b.n)) if (device.connection) await this.receive(device, { ...row, user: row.u });
  }

  private async receive(device: SimulatedDevice, { n, type, data }: PushedFrame): Promise<void> {
    device.cursor = Math.max(device.cursor, n);
    const messageId = typeof data['id'] === 'string' ? data['id'] : '';
    if (type === 'disposition') {
      this.world.history.saw(this.world.now, {
        kind: 'reported', device: device.id, messageId: String(data['messageId']), recipient: String(data['recipient']), status: String(data['status']),
        reportId: messageId, cursor: n,
      });
    }
    if (type !== 'message.received' && type !== 'message.available') return;
    this.world.history.saw(this.world.now, { kind: 'received', device: device.id, messageId, role: device.role, frame: type, cursor: n });
    device.messages.add(messageId);
    void this.world.watch(this.dispose(device, messageId, 'delivered'));
  }
}
