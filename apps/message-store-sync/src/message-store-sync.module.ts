import { Module } from '@nestjs/common';
import { messageStoreSync, OBJECTS_TABLE } from '@cpm/domain-message-store-sync';
import { MONGO, ServiceHost } from '@cpm/runtime-host';
import type { Connection } from 'mongoose';
import { NmsController } from './nms.controller.js';
import { StoredObjects } from './stored-objects.js';

@Module({
  imports: [ServiceHost.for(messageStoreSync, { rowIndexes: { [OBJECTS_TABLE]: [{ key: { u: 1, date: 1, oid: 1 }, name: 'by-date' }] } })],
  controllers: [NmsController],
  providers: [{ provide: StoredObjects, inject: [MONGO], useFactory: (connection: Connection) => new StoredObjects(connection) }],
})
export class MessageStoreSyncModule {}
