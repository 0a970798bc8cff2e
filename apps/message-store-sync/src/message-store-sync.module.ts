import { Module } from '@nestjs/common';
import { messageStoreSync } from '@cpm/domain-message-store-sync';
import { MONGO, parseConfig, ServiceHost, storeOf } from '@cpm/runtime-host';
import type { AggregateStore } from '@cpm/runtime-ports';
import type { Connection } from 'mongoose';
import { BoxCommands } from './box-commands.js';
import { Boxes } from './boxes.js';
import { FolderList } from './folders/folder-list.js';
import { FolderOperationsController } from './folders/folder-operations.controller.js';
import { FoldersController } from './folders/folders.controller.js';
import { Transfers } from './folders/transfers.js';
import { NMS_CONFIG, nmsConfig } from './nms-config.js';
import { ObjectReader } from './object-reader.js';
import { FlagsController } from './objects/flags.controller.js';
import { ObjectChanges } from './objects/object-changes.js';
import { ObjectCreation } from './objects/object-creation.js';
import { ObjectOperationsController } from './objects/object-operations.controller.js';
import { ObjectsController } from './objects/objects.controller.js';
import { ObjectSearch } from './search/object-search.js';
import { rowIndexes, StoredObjects } from './stored-objects.js';
import { BoxChanges } from './subscriptions/box-changes.js';
import { SubscriptionsController } from './subscriptions/subscriptions.controller.js';

@Module({
  imports: [ServiceHost.for(messageStoreSync, { rowIndexes })],
  controllers: [ObjectsController, FlagsController, ObjectOperationsController, FoldersController, FolderOperationsController, SubscriptionsController],
  providers: [
    BoxCommands, ObjectReader, ObjectChanges, ObjectCreation, ObjectSearch, FolderList, Transfers, BoxChanges,
    { provide: NMS_CONFIG, useFactory: () => parseConfig(nmsConfig, process.env) },
    { provide: StoredObjects, inject: [MONGO], useFactory: (connection: Connection) => new StoredObjects(connection) },
    { provide: Boxes, inject: [storeOf('message-store-sync')], useFactory: (store: AggregateStore) => new Boxes(store) },
  ],
})
export class MessageStoreSyncModule {}
