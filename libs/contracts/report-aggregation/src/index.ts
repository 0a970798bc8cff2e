export * from './disposition-evidence.v1.js';
export * from './report-released.v1.js';
