export { ENDS, startCountingSmsc, type CountingSmsc } from './counting-smsc.js';
export { startJsmppSimulator, startJsmppTlsSimulator, startStressServer } from './jsmpp.js';
export type { Journal, TakenSubmission } from './journal.js';
export type { SmscPeer } from './peer.js';
export { prepareSmscPeers } from './prepare.js';
export { tapWire, type WireTap } from './wire-tap.js';
