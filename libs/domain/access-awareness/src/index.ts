export { accessAwareness } from './access-awareness.service.js';
export { access } from './access-state/access.aggregate.js';
export type { Access, AccessChange, AccessCommand, AccessEvent, KnownDevice } from './access-state/access.js';
export { accessView, type AccessChangeView, type AccessView, type DeviceAccessView, type EvidenceView } from './access-state/access-view.js';
export { effectiveAccess, type EffectiveAccess, type Verdict } from './access-state/effective-access.js';
export { SIM, type Evidence, type Subject } from './access-state/evidence.js';
export { imsRegistrationEvidence } from './network-evidence/ims-registration-evidence.js';
export { t8Evidence, type T8Evidence, type T8Ignored } from './network-evidence/t8-evidence.js';
