export * from './change-folder.v1.js';
export * from './create-objects.v1.js';
export * from './deposit-object.v1.js';
export * from './keep-session.v1.js';
export * from './record-disposition.v1.js';
export * from './subscriptions.v1.js';
export * from './sweep.v1.js';
export * from './update-objects.v1.js';
