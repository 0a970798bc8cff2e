export * from './deposit-object.v1.js';
export * from './record-disposition.v1.js';
