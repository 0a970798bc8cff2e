import { runApp } from '@cpm/runtime-host';
import { AccessAwarenessModule } from './access-awareness.module.js';

await runApp([AccessAwarenessModule]);
