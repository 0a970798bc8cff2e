export { AccessAwarenessModule } from './access-awareness.module.js';
export { t8Config } from './t8/t8-config.js';
