export * from './erasure.v1.js';
export * from './subscriber-changed.v1.js';
export * from './subscriber-commands.v1.js';
