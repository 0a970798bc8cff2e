import { runApp } from '@cpm/runtime-host';
import { DeviceRegistryModule } from './device-registry.module.js';

await runApp([DeviceRegistryModule]);
