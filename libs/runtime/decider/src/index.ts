export * from './aggregate.js';
export * from './decider.js';
export * from './erasure.js';
export * from './event-contract.js';
export * from './reaction.js';
export * from './requirement.js';
export * from './service.js';
export * from './spec-for.js';
