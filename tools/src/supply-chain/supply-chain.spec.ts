import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { auditOutcome } from '../audit/advisories.js';
import { billOfMaterials } from './bill-of-materials.js';
import { lockedPackages, type LockedPackage } from './lock-file.js';
import { readSupplyPolicy } from './policy.js';
import { supplyFaults } from './supply-faults.js';

const BOOTSTRAP = readFileSync('tools/bootstrap.mjs', 'utf8');
const SHA512 = `sha512-${'A'.repeat(86)}==`;
const policy = readSupplyPolicy();
const scripts = Object.keys(policy.installScripts).map((name): LockedPackage => ({ name, path: `node_modules/${name}`, version: '1.0.0', integrity: SHA512, license: 'MIT', hasInstallScript: true }));
const good: LockedPackage = { name: 'thing', path: 'node_modules/thing', version: '1.2.3', integrity: SHA512, license: 'MIT' };
const faultsOf = (changed: Partial<LockedPackage>, bootstrap = BOOTSTRAP) => supplyFaults([{ ...good, ...changed }, ...scripts.map((one) => ({ ...one, version: '99.0.0' }))], policy, bootstrap);

describe('the supply chain', () => {
  it('of this project has no faults', () => expect(supplyFaults(lockedPackages(), policy, BOOTSTRAP)).toEqual([]));

  it('may have a package that is as it should be', () => expect(faultsOf({})).toEqual([]));

  it.each<[string, Partial<LockedPackage>, string]>([
    ['without integrity', { integrity: undefined }, 'has no integrity'],
    ['with a weak hash', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'no SHA-512'],
    ['without integrity for a platform that it runs on', { integrity: undefined, optional: true, os: ['linux'], cpu: ['arm64'], libc: ['glibc'] }, 'has no integrity'],
    ['from git', { version: undefined, resolved: 'git+ssh://git@github.com/a/b.git#0123456' }, 'comes from git+ssh'],
    ['from another host', { resolved: 'https://example.org/thing-1.2.3.tgz' }, 'comes from https://example.org'],
    ['by http', { resolved: 'http://registry.npmjs.org/thing/-/thing-1.2.3.tgz' }, 'comes from http:'],
    ['from a file', { version: 'file:../thing', resolved: 'file:../thing.tgz' }, 'is not a version'],
    ['that runs a script', { hasInstallScript: true }, 'wants to run a script'],
    ['with a license that nobody allowed', { license: 'AGPL-3.0' }, 'license AGPL-3.0'],
    ['with a license of which one half is not allowed', { license: '(MIT AND GPL-3.0)' }, 'license (MIT AND GPL-3.0)'],
    ['without a license', { license: undefined }, 'names no license'],
    ['that is known to be bad', { name: 'mongoose', version: '9.9.1' }, '9.9.1 is too old: CVE-2026-125120'],
    ['that was never mended in its major', { name: 'mongoose', version: '8.99.0' }, 'is too old'],
    ['that is a trial of the mended one', { name: 'mongoose', version: '9.9.2-rc.1' }, 'is too old'],
  ])('refuses a package %s', (_, changed, fault) => expect(faultsOf(changed)).toEqual(expect.arrayContaining([expect.stringContaining(fault)])));

  it.each<[string, Partial<LockedPackage>]>([
    ['of a platform that nothing runs on', { integrity: undefined, license: undefined, optional: true, os: ['win32'], cpu: ['x64'] }], ['with a choice of licenses', { license: '(MIT OR EUPL-1.1+)' }],
    ['of a later major', { name: 'mongoose', version: '10.0.0' }], ['that is mended', { name: 'ws', version: '8.17.1' }],
  ])('takes a package %s', (_, changed) => expect(faultsOf(changed)).toEqual([]));

  it('is installed without running scripts', () => expect(faultsOf({}, 'npm ci')).toEqual(['tools/bootstrap.mjs: must install with --ignore-scripts']));
});

describe('the bill of materials', () => {
  const bill = billOfMaterials(lockedPackages(), { name: 'cpm', version: '1.0.0' });
  const refs = new Set([bill.metadata.component['bom-ref'], ...bill.components.map((component) => component['bom-ref'])]);
  const shape = z.strictObject({
    bomFormat: z.literal('CycloneDX'), specVersion: z.literal('1.6'), version: z.literal(1), serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
    metadata: z.object({ component: z.object({ type: z.literal('application') }) }),
    components: z.array(z.strictObject({
      type: z.literal('library'), 'bom-ref': z.string().min(1), name: z.string().min(1), version: z.string().regex(/^\d+\.\d+\.\d+/), purl: z.string().regex(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d[\w.%+-]*$/),
      scope: z.enum(['required', 'excluded']), hashes: z.array(z.strictObject({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) })).optional(), licenses: z.array(z.strictObject({ expression: z.string().min(1) })).optional(),
    })),
    dependencies: z.array(z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
  });

  it('has the form of CycloneDX 1.6, and names every locked package once', () => {
    expect(shape.safeParse(bill).error).toBeUndefined();
    expect(bill.components).toHaveLength(lockedPackages().length);
    expect(refs.size).toBe(bill.components.length + 1);
  });

  it('knows everything that something depends on', () => {
    expect(bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !refs.has(ref))).toEqual([]);
    expect(bill.dependencies.find(({ ref }) => ref === 'node_modules/mongoose')?.dependsOn).toContain('node_modules/mongodb');
  });

  it('is the same for the same lock file', () => expect(billOfMaterials(lockedPackages(), { name: 'cpm', version: '1.0.0' })).toEqual(bill));
});

describe('an audit', () => {
  const counted = (high: number) => JSON.stringify({ metadata: { vulnerabilities: { info: 0, low: 2, moderate: 1, high, critical: 0, total: 3 } } });

  it.each([
    [counted(0), 'clean'], [counted(1), 'vulnerable'], ['', 'not done'], ['<html>', 'not done'], ['{"vulnerabilities":{}}', 'not done'],
    ['{"message":"405 Method Not Allowed - POST https://registry.npmjs.org/-/npm/v1/security/advisories/bulk","method":"POST"}', 'not done'], ['{"error":{"code":"ENOTFOUND","summary":"no network"}}', 'not done'],
  ])('that printed %s is %s', (printed, is) => expect(auditOutcome(printed).is).toBe(is));
});
