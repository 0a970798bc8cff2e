import { Module } from '@nestjs/common';
import { messageStoreSync, OBJECTS_TABLE } from '@cpm/domain-message-store-sync';
import { ContentStore } from '@cpm/runtime-content';
import { CLOCK, MONGO, parseConfig, ServiceHost } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import type { Connection } from 'mongoose';
import { MultipartUpload } from './multipart-upload.js';
import { NMS_CONFIG, nmsConfig } from './nms-config.js';
import { NmsController } from './nms.controller.js';
import { PayloadAnswer } from './payload-answer.js';
import { StoredObjects } from './stored-objects.js';

/** How long an attachment waits for its object, should the process end in between. */
const UNUSED_MS = 3_600_000;

@Module({
  imports: [ServiceHost.for(messageStoreSync, { rowIndexes: { [OBJECTS_TABLE]: [{ key: { u: 1, date: 1, oid: 1 }, name: 'by-date' }] } })],
  controllers: [NmsController],
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
  ],
})
export class MessageStoreSyncModule {}
