import { runApp } from '@cpm/runtime-host';
import { MessageStoreSyncModule } from './message-store-sync.module.js';

await runApp([MessageStoreSyncModule]);
