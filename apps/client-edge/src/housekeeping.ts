import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ContentStore } from '@cpm/runtime-content';
import { UploadBook } from './content/upload-book.js';
import { Uploads } from './content/uploads.js';
import type { EdgeConfig } from './edge-config.js';
import { Periodic } from './periodic.js';
import { EDGE_CONFIG, OWNED_PARTITIONS, type OwnedPartitions } from './ports.js';
import { Cursors } from './stream/cursors.js';
import { DownlinkFeed } from './stream/downlink-feed.js';
import { FrameLog } from './stream/frame-log.js';
import { LiveConnections } from './stream/live-connections.js';

const CURSORS_EVERY_MS = 500;
const SAFETY_NET_EVERY_MS = 5_000;
const REGISTRATION_EVERY_MS = 30_000;
const ERASURE_EVERY_MS = 600_000;

/** What the edge does by itself, again and again. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly works: readonly Periodic[];

  constructor(
    @Inject(EDGE_CONFIG) config: EdgeConfig,
    @Inject(OWNED_PARTITIONS) owned: OwnedPartitions,
    @Inject(LiveConnections) connections: LiveConnections,
    @Inject(DownlinkFeed) feed: DownlinkFeed,
    @Inject(Cursors) cursors: Cursors,
    @Inject(FrameLog) frames: FrameLog,
    @Inject(ContentStore) private readonly contents: ContentStore,
    @Inject(UploadBook) private readonly book: UploadBook,
    @Inject(Uploads) uploads: Uploads,
  ) {
    this.works = [
      new Periodic('heartbeat', Math.min(1_000, config.EDGE_PING_INTERVAL_MS / 4), () => connections.pulse()),
      new Periodic('cursors', CURSORS_EVERY_MS, () => cursors.flush()),
      new Periodic('frames of other replicas', config.EDGE_SWEEP_MS, () => feed.sweep((partition) => partition === undefined || !owned().includes(partition))),
      new Periodic('lost frames', SAFETY_NET_EVERY_MS, () => feed.sweep(() => true)),
      new Periodic('replaced connections', SAFETY_NET_EVERY_MS, () => connections.closeReplaced()),
      new Periodic('removed devices', REGISTRATION_EVERY_MS, () => connections.closeUnregistered()),
      new Periodic('expired frames', ERASURE_EVERY_MS, () => frames.eraseExpired()),
      new Periodic('expired files', ERASURE_EVERY_MS, () => contents.eraseExpired()),
      new Periodic('expired uploads', ERASURE_EVERY_MS, () => uploads.eraseExpired()),
    ];
  }

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([this.contents.ensureIndexes(), this.book.ensureIndexes()]);
    for (const work of this.works) work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.works.map((work) => work.stop()));
  }
}
