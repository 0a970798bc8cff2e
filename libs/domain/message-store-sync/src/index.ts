export * from './box/box.js';
export * from './box/object-row.js';
export * from './box/sync-scope.js';
export * from './message-store-sync.service.js';
export * from './nms/nms-object.js';
