export type { FaultKind, FaultOutcome } from './fault.js';
export { FAULT_KINDS, planFaults } from './plan.js';
export { runFaults } from './run-faults.js';
export { targetsOf } from './targets.js';
