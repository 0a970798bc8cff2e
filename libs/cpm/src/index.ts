export * from './access.js';
export * from './address.js';
export * from './device.js';
export * from './disposition.js';
export * from './message.js';
export * from './policy.js';
export * from './preferences.js';
export * from './stored-object.js';
