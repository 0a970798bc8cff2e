export type { BatchMeasure } from './batch-measure.js';
export * from './batch-processor.js';
export * from './envelope.js';
export * from './ingress-publisher.js';
export * from './pending-commands.js';
export * from './timer-scanner.js';
export type { ForgetUser } from './user-erasure.js';
