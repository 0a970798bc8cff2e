import { runApp } from '@cpm/runtime-host';
import { RoutingModule } from './routing.module.js';

await runApp([RoutingModule]);
