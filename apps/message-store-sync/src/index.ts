export { MessageStoreSyncModule } from './message-store-sync.module.js';
export { nmsConfig } from './nms-config.js';
export { notifyConfig } from './subscriptions/notify-url.js';
