import { Module } from '@nestjs/common';
import { FOLDERS_TABLE, messageStoreSync, OBJECTS_TABLE } from '@cpm/domain-message-store-sync';
import { MONGO, ServiceHost, storeOf } from '@cpm/runtime-host';
import type { TableIndexes } from '@cpm/runtime-mongo';
import type { AggregateStore } from '@cpm/runtime-ports';
import type { Connection } from 'mongoose';
import { Boxes } from './boxes.js';
import { NmsController } from './nms.controller.js';
import { StoredObjects } from './stored-objects.js';
import { BOX_EFFECTS, upkeepProviders } from './upkeep/upkeep-providers.js';

/** One index per question, so that an answer costs what it holds, whatever the size of the box. */
const rowIndexes: TableIndexes = {
  [OBJECTS_TABLE]: [
    { key: { u: 1, date: 1, oid: 1 }, name: 'by-date' },
    { key: { u: 1, modSeq: 1 }, name: 'changes' },
    { key: { u: 1, folder: 1, date: 1, oid: 1 }, name: 'by-folder' },
    { key: { u: 1, removedAt: 1 }, name: 'tombstones', partialFilterExpression: { deleted: true } },
  ],
  [FOLDERS_TABLE]: [{ key: { u: 1, modSeq: 1 }, name: 'changes' }],
};

@Module({
  imports: [ServiceHost.for(messageStoreSync, { rowIndexes, effects: BOX_EFFECTS })],
  controllers: [NmsController],
  providers: [
    { provide: StoredObjects, inject: [MONGO], useFactory: (connection: Connection) => new StoredObjects(connection) },
    { provide: Boxes, inject: [storeOf('message-store-sync')], useFactory: (store: AggregateStore) => new Boxes(store) },
    ...upkeepProviders,
  ],
})
export class MessageStoreSyncModule {}
