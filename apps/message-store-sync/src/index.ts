export { MessageStoreSyncModule } from './message-store-sync.module.js';
