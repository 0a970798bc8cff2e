export type { Dependency, Fault, FaultKind, FaultOf, FaultOutcome, PlannedFault, Undo } from './fault.js';
export { FAULT_KINDS, planFaults, type Targets } from './plan.js';
export { runFaults, type FaultJournal, type FaultRun } from './run-faults.js';
export { targetsOf } from './targets.js';
