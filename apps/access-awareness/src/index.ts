export { AccessAwarenessModule } from './access-awareness.module.js';
