import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { billOfMaterials } from './bill-of-materials.js';
import { lockedPackages } from './lock-file.js';
import { readSupplyPolicy } from './policy.js';
import { supplyFaults } from './supply-faults.js';

const OUT = '.cpm/sbom.cdx.json';

const packages = lockedPackages();
const faults = supplyFaults(packages, readSupplyPolicy(), readFileSync('tools/bootstrap.mjs', 'utf8'));
for (const fault of faults) console.error(fault);
const product = z.object({ name: z.string(), version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));
mkdirSync('.cpm', { recursive: true });
writeFileSync(OUT, `${JSON.stringify(billOfMaterials(packages, product), null, 1)}\n`);
console.log(`${packages.length} packages, ${faults.length} faults; bill of materials: ${OUT}`);
process.exitCode = faults.length > 0 ? 1 : 0;
