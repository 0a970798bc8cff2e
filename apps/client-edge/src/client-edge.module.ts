import { Inject, Module, type Provider } from '@nestjs/common';
import { clientEdge, FRAMES_TABLE } from '@cpm/domain-client-edge';
import { RateLimiter } from '@cpm/http';
import { ContentStore } from '@cpm/runtime-content';
import { PendingCommands } from '@cpm/runtime-engine';
import { DeadLettersModule, type Inbox, type KeyedKafkaServer, METRICS, type Metrics, MongoDeviceDirectory, parseConfig, PLATFORM, type Platform, type ReadStore, RegisteredDeviceGuard, ServiceHost } from '@cpm/runtime-host';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import type { Connection } from 'mongoose';
import { ClamdScanner } from './content/clamd-scanner.js';
import { ContentEraser } from './content/content-eraser.js';
import { FilesController } from './content/files.controller.js';
import { MalwareScanner, NoScanner } from './content/malware-scanner.js';
import { PublishedTransferProgress, TransferProgress } from './content/transfer-progress.js';
import { UploadBook } from './content/upload-book.js';
import { Uploads } from './content/uploads.js';
import { DispositionReports } from './disposition/disposition-reports.js';
import { edgeConfig, type EdgeConfig } from './edge-config.js';
import { measureEdge } from './edge-metrics.js';
import { Housekeeping } from './housekeeping.js';
import { CLOCK, DeviceDirectory, EDGE_CONFIG, EDGE_EFFECTS, INBOX_SERVER, INGRESS, LINK_GUESSES, MONGO, OWNED_PARTITIONS, ROUTING_COMMANDS, ROUTING_STORE } from './ports.js';
import { FileTransfersController } from './file-transfer/file-transfers.controller.js';
import { LinkBook } from './link/link-book.js';
import { LinkedMessages } from './link/linked-messages.js';
import { LinksController } from './link/links.controller.js';
import { MessageLinkController } from './link/message-link.controller.js';
import { ObtainedContent } from './link/obtained-content.js';
import { RoutingCommands } from './session/routing-commands.js';
import { SessionDirectory } from './session/session-directory.js';
import { Sessions } from './session/sessions.js';
import { SessionsController } from './session/sessions.controller.js';
import { MessageIntake } from './submission/message-intake.js';
import { MessagesController } from './submission/messages.controller.js';
import { SubmissionBook } from './submission/submission-book.js';
import { Cursors } from './stream/cursors.js';
import { DownlinkFeed } from './stream/downlink-feed.js';
import { FrameLog } from './stream/frame-log.js';
import { LiveConnections } from './stream/live-connections.js';
import { Presence } from './stream/presence.js';
import { StreamGateway } from './stream/stream-gateway.js';

/** The edge itself; the module below adds what it needs from the host. */
export const edgeControllers = [MessagesController, FilesController, FileTransfersController, SessionsController, LinksController, MessageLinkController];
export const edgeProviders: Provider[] = [
  ContentEraser, Cursors, DispositionReports, DownlinkFeed, FrameLog, Housekeeping, LinkBook, LinkedMessages, LiveConnections, MessageIntake, Presence, RegisteredDeviceGuard, RoutingCommands, SessionDirectory, Sessions, StreamGateway, SubmissionBook,
  ObtainedContent, UploadBook, Uploads,
  {
    provide: ContentStore,
    inject: [MONGO, CLOCK, EDGE_CONFIG],
    useFactory: (connection: Connection, clock: Clock, { EDGE_FILE_TTL_SEC, EDGE_UNUSED_FILE_TTL_SEC }: EdgeConfig) =>
      new ContentStore(connection, clock, { fileMs: EDGE_FILE_TTL_SEC * 1000, unusedMs: EDGE_UNUSED_FILE_TTL_SEC * 1000 }),
  },
  { provide: DeviceDirectory, useClass: MongoDeviceDirectory },
  { provide: EDGE_EFFECTS, inject: [DownlinkFeed], useFactory: (feed: DownlinkFeed) => feed.effects },
  { provide: TransferProgress, useClass: PublishedTransferProgress },
  {
    provide: MalwareScanner,
    inject: [EDGE_CONFIG],
    useFactory: ({ EDGE_CLAMD_URL: url, EDGE_SCAN_TIMEOUT_MS }: EdgeConfig) => (url === undefined ? new NoScanner() : ClamdScanner.at(url, EDGE_SCAN_TIMEOUT_MS)),
  },
  {
    provide: RateLimiter,
    inject: [EDGE_CONFIG, CLOCK],
    useFactory: ({ EDGE_REQUESTS_PER_SEC, EDGE_REQUESTS_BURST }: EdgeConfig, clock: Clock) =>
      new RateLimiter({ perSecond: EDGE_REQUESTS_PER_SEC, burst: EDGE_REQUESTS_BURST }, () => clock.now()),
  },
  {
    provide: LINK_GUESSES,
    inject: [EDGE_CONFIG, CLOCK],
    useFactory: ({ EDGE_LINK_GUESSES_PER_MIN: perMinute }: EdgeConfig, clock: Clock) => new RateLimiter({ perSecond: perMinute / 60, burst: perMinute }, () => clock.now()),
  },
];

/** The door for devices. */
@Module({
  imports: [ServiceHost.for(clientEdge, { effects: EDGE_EFFECTS, eraser: ContentEraser, rowIndexes: { [FRAMES_TABLE]: [{ key: { u: 1, n: 1 } }, { key: { expiresAtMs: 1 } }] } }), DeadLettersModule],
  controllers: edgeControllers,
  providers: [
    ...edgeProviders,
    { provide: EDGE_CONFIG, useFactory: () => parseConfig(edgeConfig, process.env) },
    { provide: ROUTING_STORE, inject: [PLATFORM], useFactory: (platform: Platform) => platform.readStore('routing') },
    { provide: ROUTING_COMMANDS, inject: [INGRESS, ROUTING_STORE, CLOCK], useFactory: (ingress: Ingress, store: ReadStore, clock: Clock) => new PendingCommands(ingress, store, clock) },
    { provide: OWNED_PARTITIONS, inject: [INBOX_SERVER], useFactory: (server: KeyedKafkaServer) => () => server.unwrap<Inbox | undefined>()?.ownedPartitions ?? [] },
  ],
})
export class ClientEdgeModule {
  constructor(
    @Inject(METRICS) { registry }: Metrics,
    @Inject(LiveConnections) connections: LiveConnections,
    @Inject(StreamGateway) streams: StreamGateway,
    @Inject(Uploads) uploads: Uploads,
    @Inject(TransferProgress) transfers: PublishedTransferProgress,
  ) {
    measureEdge(registry, { connections, streams, uploads, transfers });
  }
}
