import { Module } from '@nestjs/common';
import { deviceRegistry, REVOCATIONS_TABLE } from '@cpm/domain-device-registry';
import { AuditModule, DeadLettersModule, ServiceHost } from '@cpm/runtime-host';
import { ConsoleController } from './console.controller.js';
import { DevicesController } from './devices.controller.js';
import { ErasureController } from './erasure.controller.js';
import { PolicyController } from './policy.controller.js';
import { PreferencesController } from './preferences.controller.js';
import { Subscribers } from './subscribers.js';
import { SubscribersController } from './subscribers.controller.js';

@Module({
  imports: [ServiceHost.for(deviceRegistry, { rowIndexes: { [REVOCATIONS_TABLE]: [{ key: { at: 1 } }, { key: { delAt: 1 }, expireAfterSeconds: 0, name: 'remembered' }] } }), AuditModule, DeadLettersModule],
  controllers: [DevicesController, PreferencesController, SubscribersController, ErasureController, PolicyController, ConsoleController],
  providers: [Subscribers],
})
export class DeviceRegistryModule {}
