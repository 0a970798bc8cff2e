import { Module } from '@nestjs/common';
import { accessAwareness } from '@cpm/domain-access-awareness';
import { ServiceHost } from '@cpm/runtime-host';
import { AccessController } from './access.controller.js';
import { CamaraController } from './camara.controller.js';
import { CoreNetworkController } from './core-network.controller.js';
import { EvidenceIntake } from './evidence-intake.js';
import { KnownSubscribers } from './known-subscribers.js';
import { NetworkController } from './network.controller.js';
import { T8CallbackController } from './t8/t8-callback.controller.js';
import { T8Eraser } from './t8/t8-eraser.js';
import { t8Providers } from './t8/t8-providers.js';
import { T8_EFFECTS } from './t8/t8-tokens.js';

@Module({
  imports: [ServiceHost.for(accessAwareness, { effects: T8_EFFECTS, eraser: T8Eraser })],
  controllers: [NetworkController, CoreNetworkController, CamaraController, T8CallbackController, AccessController],
  providers: [KnownSubscribers, EvidenceIntake, ...t8Providers],
})
export class AccessAwarenessModule {}
