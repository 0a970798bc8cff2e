import { Module } from '@nestjs/common';
import { messageStoreSync } from '@cpm/domain-message-store-sync';
import { RateLimiter } from '@cpm/http';
import { ContentStore } from '@cpm/runtime-content';
import { CLOCK, DeviceDirectory, MONGO, MongoDeviceDirectory, parseConfig, policyOf, ServiceHost, storeOf, type PolicySource } from '@cpm/runtime-host';
import type { AggregateStore, Clock } from '@cpm/runtime-ports';
import type { Connection } from 'mongoose';
import { BoxCommands } from './box-commands.js';
import { Boxes } from './boxes.js';
import { OwnExportController, SubscriberExportController } from './export/export.controllers.js';
import { FolderList } from './folders/folder-list.js';
import { FolderOperationsController } from './folders/folder-operations.controller.js';
import { FoldersController } from './folders/folders.controller.js';
import { Transfers } from './folders/transfers.js';
import { MultipartUpload } from './multipart-upload.js';
import { NMS_CONFIG, nmsConfig, type NmsConfig } from './nms-config.js';
import { NmsErrorWords } from './nms-error.js';
import { ObjectReader } from './object-reader.js';
import { BulkCreationController } from './objects/bulk-creation.controller.js';
import { FlagsController } from './objects/flags.controller.js';
import { ObjectChanges } from './objects/object-changes.js';
import { ObjectCreation } from './objects/object-creation.js';
import { ObjectOperationsController } from './objects/object-operations.controller.js';
import { ObjectsController } from './objects/objects.controller.js';
import { PayloadAnswer } from './payload-answer.js';
import { ObjectSearch } from './search/object-search.js';
import { rowIndexes, StoredObjects } from './stored-objects.js';
import { BoxChanges } from './subscriptions/box-changes.js';
import { SubscriptionsController } from './subscriptions/subscriptions.controller.js';
import { BOX_EFFECTS, upkeepProviders } from './upkeep/upkeep-providers.js';
import { UnnamedContents } from './upkeep/unnamed-contents.js';

/** How long an attachment waits for its object, should the process end in between. */
const UNUSED_MS = 3_600_000;

@Module({
  imports: [ServiceHost.for(messageStoreSync, { rowIndexes, effects: BOX_EFFECTS, eraser: UnnamedContents })],
  controllers: [
    ObjectsController, BulkCreationController, FlagsController, ObjectOperationsController, FoldersController, FolderOperationsController, SubscriptionsController,
    OwnExportController, SubscriberExportController,
  ],
  providers: [
    BoxCommands, ObjectReader, ObjectChanges, ObjectCreation, ObjectSearch, FolderList, Transfers, BoxChanges, MultipartUpload, PayloadAnswer, NmsErrorWords,
    { provide: NMS_CONFIG, useFactory: () => parseConfig(nmsConfig, process.env) },
    { provide: StoredObjects, inject: [MONGO], useFactory: (connection: Connection) => new StoredObjects(connection) },
    {
      provide: ContentStore,
      inject: [MONGO, CLOCK],
      useFactory: async (connection: Connection, clock: Clock) => {
        const contents = new ContentStore(connection, clock, { fileMs: UNUSED_MS, unusedMs: UNUSED_MS });
        await contents.ensureIndexes();
        return contents;
      },
    },
    { provide: Boxes, inject: [storeOf('message-store-sync'), policyOf('message-store-sync')], useFactory: (store: AggregateStore, policy: PolicySource) => new Boxes(store, policy) },
    { provide: DeviceDirectory, useClass: MongoDeviceDirectory },
    {
      provide: RateLimiter,
      inject: [NMS_CONFIG, CLOCK],
      useFactory: ({ NMS_REQUESTS_PER_SEC: perSecond, NMS_REQUESTS_BURST: burst }: NmsConfig, clock: Clock) => new RateLimiter({ perSecond, burst }, () => clock.now()),
    },
    ...upkeepProviders,
  ],
})
export class MessageStoreSyncModule {}
