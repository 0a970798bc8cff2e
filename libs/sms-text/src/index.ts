export * from './sms-plan.js';
export * from './short-message.js';
