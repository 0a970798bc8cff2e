import { Inject, Injectable, Logger } from '@nestjs/common';
import { beginSpan, currentSpan, isSampled, type EffectHandlers } from '@cpm/runtime-ports';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { EdgeConfig } from '../edge-config.js';
import { EDGE_CONFIG } from '../ports.js';
import { CLOSE, type DeviceConnection } from './device-connection.js';
import { FrameLog, type Head } from './frame-log.js';
import { encodeFrame } from './frame-text.js';
import { Turns } from './turns.js';

/** Input of the effect `push-frames`: an entry of a downlink log that has just become readable. */
export interface PushedFrame {
  readonly user: CpmAddress;
  readonly n: number;
  readonly to: readonly DeviceId[];
  readonly key: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/** Input of the effect `withdraw-frames`: the entry voids others and shows itself to nobody. */
export interface WithdrawnFrame {
  readonly user: CpmAddress;
  readonly n: number;
  readonly from: readonly DeviceId[];
  readonly frameKey: string;
}

/** `trace`: of the decision that put it into the log. */
type Entry = (PushedFrame | WithdrawnFrame) & { readonly trace?: ReturnType<typeof currentSpan> };

/** A user with live connections. Entries below `next` are known to be readable. */
interface Line {
  readonly user: CpmAddress;
  readonly connections: Set<DeviceConnection>;
  next: number;
  partition: number | undefined;
}

/**
 * Brings every live connection to the end of its user's downlink log and keeps it there. A connection at the end gets
 * entries as they happen; one that is behind reads them from the log. An entry is handed over in one of the two ways,
 * never in both, because both only ever move `position` on.
 */
@Injectable()
export class DownlinkFeed {
  private readonly lines = new Map<string, Line>();
  private happened: Entry[] = [];
  private readonly logger = new Logger('downlink');

  /** What the runtime calls after each commit. */
  readonly effects: EffectHandlers = {
    'push-frames': (inputs) => this.gather(inputs as readonly Entry[]),
    'withdraw-frames': (inputs) => this.gather(inputs as readonly Entry[]),
  };

  /** Of the reading only: a device that takes its page slowly holds up no other. */
  private readonly replays: Turns;

  constructor(@Inject(FrameLog) private readonly log: FrameLog, @Inject(EDGE_CONFIG) { EDGE_MAX_REPLAYS }: EdgeConfig) {
    this.replays = new Turns(EDGE_MAX_REPLAYS);
  }

  /** Sends what the connection has missed, then what happens. */
  attach(connection: DeviceConnection): void {
    const line = this.lines.get(connection.user) ?? { user: connection.user, connections: new Set(), next: 0, partition: undefined };
    this.lines.set(connection.user, line);
    line.connections.add(connection);
    void this.catchUp(line, connection, { isNew: true });
  }

  detach(connection: DeviceConnection): void {
    const line = this.lines.get(connection.user);
    if (line?.connections.delete(connection) && line.connections.size === 0) this.lines.delete(connection.user);
  }

  /** Looks for entries of users that nobody in this process tells of: another replica decides them, or a push was lost. */
  async sweep(concerns: (partition: number | undefined) => boolean): Promise<void> {
    const users = [...this.lines.values()].filter(({ partition }) => concerns(partition)).map(({ user }) => user);
    if (users.length === 0) return;
    for (const [user, head] of await this.log.heads(users)) {
      const line = this.lines.get(user);
      if (line) this.moveOn(line, head);
    }
  }

  /** All effects of a commit are gathered before any is followed, so that entries can be taken in order. */
  private gather(entries: readonly Entry[]): void {
    if (this.lines.size === 0) return;
    if (this.happened.length === 0) queueMicrotask(() => this.follow());
    const trace = currentSpan();
    for (const entry of entries) if (this.lines.has(entry.user)) this.happened.push({ ...entry, trace });
  }

  private follow(): void {
    // A commit's effects come type by type; in log order each finds the connections where the one before left them.
    const entries = this.happened.sort((a, b) => a.n - b.n);
    this.happened = [];
    for (const entry of entries) {
      const line = this.lines.get(entry.user);
      if (!line || entry.n < line.next) continue;
      this.handOver(line, entry);
      this.moveOn(line, { next: entry.n + 1, partition: line.partition });
    }
  }

  /** Gives the entry to the connections that have everything before it. */
  private handOver(line: Line, entry: Entry): void {
    let text: Buffer | undefined;
    for (const connection of line.connections) {
      if (connection.isCatchingUp || connection.position !== entry.n - 1) continue;
      connection.position = entry.n;
      if (!('to' in entry) || !entry.to.includes(connection.device)) continue;
      const span = isSampled(entry.trace) ? beginSpan(`push ${entry.type}`, { kind: 'PRODUCER', service: 'client-edge', attributes: { 'network.protocol.name': 'websocket' } }, entry.trace) : undefined;
      connection.send((text ??= encodeFrame(entry)));
      span?.end();
    }
  }

  /** The log has grown: whoever is behind reads. */
  private moveOn(line: Line, { next, partition }: Head): void {
    line.partition = partition;
    if (next <= line.next) return;
    line.next = next;
    for (const connection of line.connections) {
      if (!connection.isCatchingUp && connection.position < next - 1) void this.catchUp(line, connection, { isNew: false });
    }
  }

  private async catchUp(line: Line, connection: DeviceConnection, { isNew }: { isNew: boolean }): Promise<void> {
    connection.isCatchingUp = true;
    try {
      if (isNew) {
        const head = await this.log.head(line.user);
        this.moveOn(line, head);
        // A cursor of a log that no longer exists must not hide what comes now.
        connection.position = Math.min(connection.position, Math.max(line.next, 1) - 1);
      }
      while (connection.isOpen && connection.position < line.next - 1) {
        const { frames, upTo } = await this.replays.take(() => this.log.page(line.user, connection.device, connection.position, line.next));
        for (const frame of frames) {
          await connection.drained();
          connection.send(encodeFrame(frame));
        }
        connection.position = upTo;
      }
      connection.isCatchingUp = false;
    } catch (error) {
      this.logger.warn(`a downlink log cannot be read: ${(error as Error).name}`);
      connection.close(CLOSE.tryAgainLater, 'the stream cannot be read now');
    }
  }
}
