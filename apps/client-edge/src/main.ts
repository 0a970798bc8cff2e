import { runApp } from '@cpm/runtime-host';
import { ClientEdgeModule } from './client-edge.module.js';

await runApp([ClientEdgeModule]);
