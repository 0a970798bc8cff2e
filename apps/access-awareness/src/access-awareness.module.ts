import { Module } from '@nestjs/common';
import { accessAwareness } from '@cpm/domain-access-awareness';
import { ServiceHost } from '@cpm/runtime-host';
import { AccessController } from './access.controller.js';
import { CamaraController } from './camara.controller.js';
import { CoreNetworkController } from './core-network.controller.js';
import { EvidenceIntake } from './evidence-intake.js';
import { KnownSubscribers } from './known-subscribers.js';
import { NetworkController } from './network.controller.js';

@Module({
  imports: [ServiceHost.for(accessAwareness)],
  controllers: [NetworkController, CoreNetworkController, CamaraController, AccessController],
  providers: [KnownSubscribers, EvidenceIntake],
})
export class AccessAwarenessModule {}
