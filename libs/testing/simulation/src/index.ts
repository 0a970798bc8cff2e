export * from './checkers/index.js';
export * from './dice.js';
export * from './mutants.js';
export * from './simulate.js';
