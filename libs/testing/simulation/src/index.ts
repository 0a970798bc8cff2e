export * from './checkers/index.js';
export * from './convergence/steps.js';
export * from './dice.js';
export * from './mutants.js';
export * from './simulate.js';
