import { Module } from '@nestjs/common';
import { FOLDERS_TABLE, messageStoreSync, OBJECTS_TABLE } from '@cpm/domain-message-store-sync';
import { ContentStore } from '@cpm/runtime-content';
import { CLOCK, MONGO, parseConfig, ServiceHost, storeOf } from '@cpm/runtime-host';
import type { TableIndexes } from '@cpm/runtime-mongo';
import type { AggregateStore, Clock } from '@cpm/runtime-ports';
import type { Connection } from 'mongoose';
import { Boxes } from './boxes.js';
import { OwnExportController, SubscriberExportController } from './export/export.controllers.js';
import { MultipartUpload } from './multipart-upload.js';
import { NMS_CONFIG, nmsConfig } from './nms-config.js';
import { NmsController } from './nms.controller.js';
import { PayloadAnswer } from './payload-answer.js';
import { StoredObjects } from './stored-objects.js';
import { BOX_EFFECTS, upkeepProviders } from './upkeep/upkeep-providers.js';
import { UnnamedContents } from './upkeep/unnamed-contents.js';
import { contentIndexes } from './upkeep/upkeep-rows.js';

/** One index per question, so that an answer costs what it holds, whatever the size of the box. */
const rowIndexes: TableIndexes = {
  [OBJECTS_TABLE]: [
    { key: { u: 1, date: 1, oid: 1 }, name: 'by-date' },
    { key: { u: 1, modSeq: 1 }, name: 'changes' },
    { key: { u: 1, folder: 1, date: 1, oid: 1 }, name: 'by-folder' },
    { key: { u: 1, removedAt: 1 }, name: 'tombstones', partialFilterExpression: { deleted: true } },
    ...contentIndexes,
  ],
  [FOLDERS_TABLE]: [{ key: { u: 1, modSeq: 1 }, name: 'changes' }],
};

/** How long an attachment waits for its object, should the process end in between. */
const UNUSED_MS = 3_600_000;

@Module({
  imports: [ServiceHost.for(messageStoreSync, { rowIndexes, effects: BOX_EFFECTS, eraser: UnnamedContents })],
  controllers: [NmsController, OwnExportController, SubscriberExportController],
  providers: [
    MultipartUpload,
    PayloadAnswer,
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
    { provide: Boxes, inject: [storeOf('message-store-sync')], useFactory: (store: AggregateStore) => new Boxes(store) },
    ...upkeepProviders,
  ],
})
export class MessageStoreSyncModule {}
