export * from './push-frame.v1.js';
export * from './withdraw-frame.v1.js';
