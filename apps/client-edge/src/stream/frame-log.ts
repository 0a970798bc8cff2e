import { Inject, Injectable } from '@nestjs/common';
import { FRAMES_TABLE, pendingFrames, type Frame, type FrameRow } from '@cpm/domain-client-edge';
import type { Clock } from '@cpm/runtime-ports';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { Connection, mongo } from 'mongoose';
import { collectionOf, COMMITTED } from '../database.js';
import { CLOCK, MONGO } from '../ports.js';

/** The committed end of a user's downlink log: entries below `next` can be read. */
export interface Head {
  readonly next: number;
  /** Inbox partition of the user; undefined while he has no log. */
  readonly partition: number | undefined;
}

/** What a device gets next: frames to send, and up to which entry nothing else is due to it. */
export interface Page {
  readonly frames: readonly Frame[];
  readonly upTo: number;
}

interface DownlinkDocument {
  _id: string;
  p: number;
  st: { next: number };
}

type FrameDocument = FrameRow & { _id: string };

const PAGE_ROWS = 256;
const IDS_PER_QUERY = 1_000;
const EMPTY: Head = { next: 1, partition: undefined };

/** Reads users' downlink logs as the runtime writes them: rows first, then the head that makes them count. */
@Injectable()
export class FrameLog {
  constructor(
    @Inject(MONGO) private readonly connection: Connection,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async head(user: CpmAddress): Promise<Head> {
    return (await this.heads([user])).get(user) ?? EMPTY;
  }

  /** Heads of the users that have a log. */
  async heads(users: readonly CpmAddress[]): Promise<ReadonlyMap<string, Head>> {
    const heads = new Map<string, Head>();
    for (let at = 0; at < users.length; at += IDS_PER_QUERY) {
      const found = await this.downlinks
        .find({ _id: { $in: users.slice(at, at + IDS_PER_QUERY) } }, { projection: { p: 1, 'st.next': 1 }, readConcern: COMMITTED, batchSize: IDS_PER_QUERY + 1 })
        .toArray();
      for (const { _id, p, st } of found) heads.set(_id, { next: st.next, partition: p });
    }
    return heads;
  }

  /** The device's next frames among the entries after `position` and below `next`. */
  async page(user: CpmAddress, device: DeviceId, position: number, next: number): Promise<Page> {
    const rows = await this.rows
      .find({ u: user, n: { $gt: position, $lt: next } }, { sort: { n: 1 }, limit: PAGE_ROWS, readConcern: COMMITTED, batchSize: PAGE_ROWS + 1 })
      .toArray();
    const last = rows.length < PAGE_ROWS ? next - 1 : (rows.at(-1) as FrameRow).n;
    const later = last === next - 1 ? [] : await this.laterKeys(user, last, next);
    const addressed = [...rows, ...later].filter(({ to }) => to.includes(device));
    return { frames: pendingFrames(addressed, this.clock.now()).filter(({ n }) => n <= last), upTo: last };
  }

  /** Of entries further on only what tells whether they supersede or withdraw one of the page. */
  private async laterKeys(user: CpmAddress, position: number, next: number): Promise<FrameRow[]> {
    return this.rows
      .find({ u: user, n: { $gt: position, $lt: next } }, { projection: { data: 0 }, sort: { n: 1 }, readConcern: COMMITTED })
      .toArray();
  }

  private get rows(): mongo.Collection<FrameDocument> {
    return collectionOf<FrameDocument>(this.connection, `client-edge.${FRAMES_TABLE}`);
  }

  private get downlinks(): mongo.Collection<DownlinkDocument> {
    return collectionOf<DownlinkDocument>(this.connection, 'client-edge.downlink');
  }

  /** Removes what is not replayed any more. Any number of replicas may do so. */
  async eraseExpired(): Promise<void> {
    await this.rows.deleteMany({ expiresAtMs: { $lte: this.clock.now() } });
  }
}
