export * from './offer-message.v1.js';
export * from './reconsider-delivery.v1.js';
export * from './report-disposition.v1.js';
export * from './revoke-message.v1.js';
export * from './submit-message.v1.js';
