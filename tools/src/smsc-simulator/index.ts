export type { SmscBehaviour, SmscBehaviourRule } from './behaviour.js';
export { serveSmscView } from './http-view.js';
export type { ReceivedMessage, ReceivedSegment } from './received-messages.js';
export { smscSimulatorOptions, startSmscSimulator, type SmscSimulator, type SmscSimulatorOptions } from './smsc-simulator.js';
