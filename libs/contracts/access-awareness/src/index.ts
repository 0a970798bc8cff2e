export * from './access-changed.v1.js';
export * from './access-observed.v1.js';
export * from './ims-registration.js';
export * from './t8-notification.js';
export * from './t8-subscription.v1.js';
