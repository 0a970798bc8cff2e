import { Module } from '@nestjs/common';
import { accessAwareness } from '@cpm/domain-access-awareness';
import { ServiceHost } from '@cpm/runtime-host';
import { AccessController } from './access.controller.js';
import { KnownSubscribers } from './known-subscribers.js';
import { NetworkController } from './network.controller.js';

@Module({
  imports: [ServiceHost.for(accessAwareness)],
  controllers: [NetworkController, AccessController],
  providers: [KnownSubscribers],
})
export class AccessAwarenessModule {}
