import { AccessObserved } from '@cpm/contracts-access-awareness';
import { ReportDisposition } from '@cpm/contracts-routing';
import { pendingFrames, type FrameRow } from '@cpm/domain-client-edge';
import { COMPOSING_TYPE, type CpmAddress, type DeviceId, type DeviceRole } from '@cpm/vocabulary';
import { FileFetching } from './file-fetching.js';
import type { World } from './world.js';

/** What the edge hands to live sockets. */
interface PushedFrame {
  readonly user: string;
  readonly n: number;
  readonly to: readonly string[];
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Shown = Pick<PushedFrame, 'n' | 'type' | 'data'>;

export interface SimulatedDevice {
  readonly id: DeviceId;
  readonly user: CpmAddress;
  readonly role: DeviceRole;
  connection: string | undefined;
  /** Cursor of the last frame it has. */
  cursor: number;
  readonly messages: Set<string>;
}

/** Longer than any wait between two renewals of a run, so that a lease ends only when nobody is there any more. */
const LEASE_MS = 450_000;
const CONTENT_FRAMES = new Set(['message.received', 'message.available', 'session.message']);

/** Devices as a careful client behaves: acknowledges what it gets, fetches what it accepted, gets what it missed in order. */
export class DeviceFleet {
  readonly all = new Map<string, SimulatedDevice>();
  readonly fetching: FileFetching;

  constructor(private readonly world: World) {
    this.fetching = new FileFetching(world);
  }

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
    await this.world.steps.turn();
    this.catchUp(device);
  }

  async disconnect(id: string): Promise<void> {
    const device = this.get(id);
    const connection = device.connection;
    if (!connection) return;
    device.connection = undefined;
    await this.observe(device, connection, 'UNAVAILABLE');
  }

  /** A live socket gets a frame, some time after the commit; one that missed an earlier frame reads the log. */
  async push(input: unknown): Promise<void> {
    const frame = input as PushedFrame;
    const targets = frame.to.flatMap((id) => {
      const device = this.all.get(id);
      return device?.connection ? [{ device, connection: device.connection }] : [];
    });
    await this.world.steps.turn();
    for (const { device, connection } of targets) {
      if (device.connection !== connection || frame.n <= device.cursor) continue;
      if (this.missedBy(device).some(({ n }) => n < frame.n)) this.catchUp(device);
      else this.receive(device, frame);
    }
  }

  async dispose(device: SimulatedDevice, messageId: string, status: 'delivered' | 'displayed'): Promise<void> {
    this.world.history.saw(this.world.now, { kind: 'acknowledged', device: device.id, messageId, status });
    await this.world.ingress(ReportDisposition, { user: device.user, messageId, items: [{ device: device.id, status, at: this.world.now }] });
  }

  /** Leases of live connections are renewed as real edges do, and lost pushes are found; without it a device would seem lost. */
  async renewLeases(): Promise<void> {
    for (const device of this.all.values()) {
      if (!device.connection) continue;
      this.catchUp(device);
      await this.observe(device, device.connection, 'AVAILABLE');
    }
  }

  private async observe(device: SimulatedDevice, connection: string, state: 'AVAILABLE' | 'UNAVAILABLE'): Promise<void> {
    await this.world.ingress(AccessObserved, {
      user: device.user, device: device.id, access: 'IP', state, confidence: 'DELIVERABLE', source: `connection/${connection}`, observedAt: this.world.now,
      ...(state === 'AVAILABLE' ? { validUntil: this.world.now + LEASE_MS } : {}),
    });
  }

  /** The device's rows after its cursor, in order. */
  private missedBy(device: SimulatedDevice): FrameRow[] {
    const store = this.world.storeOf('client-edge');
    const head = store.aggregates('downlink').find(({ stored }) => stored.id === device.user)?.stored.state as { next: number } | undefined;
    const rows = [...store.rows('frames').values()] as unknown as FrameRow[];
    const missed = rows.filter(({ u, n, to }) => u === device.user && n > device.cursor && n < (head?.next ?? 0) && to.includes(device.id));
    return missed.sort((a, b) => a.n - b.n);
  }

  private catchUp(device: SimulatedDevice): void {
    const missed = this.missedBy(device);
    for (const frame of pendingFrames(missed, this.world.now)) if (device.connection) this.receive(device, frame);
    device.cursor = Math.max(device.cursor, missed.at(-1)?.n ?? 0);
  }

  private receive(device: SimulatedDevice, { n, type, data }: Shown): void {
    device.cursor = n;
    const { history, now } = this.world;
    const id = typeof data['id'] === 'string' ? data['id'] : '';
    if (type === 'disposition') {
      history.saw(now, { kind: 'reported', device: device.id, messageId: String(data['messageId']), recipient: String(data['recipient']), status: String(data['status']), reportId: id, cursor: n });
    } else if (CONTENT_FRAMES.has(type)) this.receiveContent(device, { n, type, data }, id);
    else if (type.startsWith('session.') || type.startsWith('file-transfer.')) {
      history.saw(now, { kind: 'told', device: device.id, frame: type, subject: id, reason: data['reason'] as string | undefined, cursor: n });
      if (type === 'file-transfer.accepted' && 'fileUrl' in data) void this.world.watch(this.fetching.fetch(device, id));
    }
  }

  private receiveContent(device: SimulatedDevice, { n, type, data }: Shown, messageId: string): void {
    if (data['contentType'] === COMPOSING_TYPE) return;
    this.world.history.saw(this.world.now, { kind: 'received', device: device.id, messageId, role: device.role, frame: type, cursor: n });
    device.messages.add(messageId);
    void this.world.watch(this.dispose(device, messageId, 'delivered'));
  }
}
