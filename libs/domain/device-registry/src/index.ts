export { deviceRegistry } from './device-registry.service.js';
export { erasure, isErasing, type UserErasure } from './erasure/erasure.js';
export { REVOCATIONS_TABLE } from './device-identity/revocations.js';
export { subscriber, type SubscriberOutcome } from './device-identity/subscriber.aggregate.js';
export type { DeviceAccess, RefusalCode, Subscriber, SubscriberCommand, SubscriberEvent } from './device-identity/subscriber.js';
export { deviceList, deviceView, isProvisioned, preferencesView, subscriberView, type DeviceView, type SubscriberView } from './device-identity/views.js';
