export * from './lease/leases.aggregate.js';
export type { Lease, Leases } from './lease/leases.js';
export * from './sms/sms.aggregate.js';
export { MAX_VALIDITY_MS, UNKNOWN_GRACE_MS } from './sms/sms.decider.js';
export type { Sms, SmsCommand, SmsEvent, SmsRequest, StatusRefusal } from './sms/sms.js';
export * from './sms-interworking-gateway.service.js';
export * from './ucn/ucn-request.js';
export * from './ucn/ucn-text.js';
