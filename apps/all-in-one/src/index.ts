export { allModules } from './all-modules.js';
