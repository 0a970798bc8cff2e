export * from './sms-progress.v1.js';
export * from './sms-received.v1.js';
export * from './smsc-evidence.v1.js';
export * from './submit-sms.v1.js';
export * from './ucn-bundle.v1.js';
export * from './ucn-link.js';
