import { readRequirements } from './requirements.js';
import { sourceFiles } from './source-files.js';
import { trace } from './trace.js';

const { traced, faults } = trace(readRequirements(), sourceFiles());
for (const fault of faults) console.error(fault);
console.log(`${traced.length} requirements, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
