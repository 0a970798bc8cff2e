export * from './checkers/index.js';
export * from './mutants.js';
export * from './simulate.js';
