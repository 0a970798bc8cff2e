export * from './report-aggregation.service.js';
export * from './report-addressing/report-addressing.js';
export * from './report-ledger/report-ledger.js';
