/** Contract suites for adapters of the ports; they run inside jest. */
export * from './store.contract.js';
export * from './log.contract.js';
