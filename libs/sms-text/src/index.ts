export * from './sms-plan.js';
export * from './short-message.js';
export * from './ucn-template.js';
