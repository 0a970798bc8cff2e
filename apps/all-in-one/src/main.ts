import { runApp } from '@cpm/runtime-host';
import { allModules } from './all-modules.js';

await runApp(allModules);
