export * from './clock.js';
export * from './in-memory-log.js';
export * from './in-memory-store.js';
export * from './log.js';
export * from './store.js';
export * from './ingress.js';
export * from './tracing.js';
