import type { LockedPackage } from './lock-file.js';
import { POLICY_PATH, type SupplyPolicy } from './policy.js';

const REGISTRY = 'https://registry.npmjs.org/';
const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** What may not be installed, as sentences for a person; none when all is well. `bootstrap` is the text of what installs. */
export function supplyFaults(packages: readonly LockedPackage[], policy: SupplyPolicy, bootstrap: string): readonly string[] {
  return [
    ...packages.flatMap((one) => [...originFaults(one), ...scriptFaults(one, policy), ...licenseFaults(one, policy), ...versionFaults(one, policy)]),
    ...Object.keys(policy.installScripts).filter((name) => !packages.some((one) => one.name === name && one.hasInstallScript)).map((name) => `${POLICY_PATH}: ${name} has no install script any more`),
    ...(bootstrap.includes("'--ignore-scripts'") ? [] : ['tools/bootstrap.mjs: must install with --ignore-scripts']),
  ];
}

/** Known by what is in it, and from the registry: no git, no foreign host, no tarball from anywhere. */
function originFaults({ path, version, resolved, integrity, ...platform }: LockedPackage): string[] {
  const faults: string[] = [];
  if (version === undefined || !/^\d+\.\d+\.\d+/.test(version)) faults.push(`${path}: is not a version of a registry but ${version ?? 'nothing'}`);
  if (resolved !== undefined && !resolved.startsWith(REGISTRY)) faults.push(`${path}: comes from ${resolved}`);
  if (integrity === undefined) {
    if (!isForeignPlatform(platform)) faults.push(`${path}: has no integrity`);
  } else if (!INTEGRITY.test(integrity)) faults.push(`${path}: has an integrity that is no SHA-512`);
  return faults;
}

/** For a machine that neither runs nor builds this: the registry in use may not even have it. */
function isForeignPlatform({ optional, os, cpu, libc }: Pick<LockedPackage, 'optional' | 'os' | 'cpu' | 'libc'>): boolean {
  const isOurs = os?.includes('linux') === true && cpu?.some((one) => one === 'x64' || one === 'arm64') === true && libc?.includes('musl') !== true;
  return optional === true && os !== undefined && !isOurs;
}

function scriptFaults({ path, name, hasInstallScript }: LockedPackage, { installScripts }: SupplyPolicy): string[] {
  return hasInstallScript === true && !Object.hasOwn(installScripts, name) ? [`${path}: wants to run a script when it is installed`] : [];
}

function licenseFaults({ path, name, license, integrity }: LockedPackage, { licenses, licenseOf }: SupplyPolicy): string[] {
  const said = license ?? (Object.hasOwn(licenseOf, name) ? licenseOf[name] : undefined);
  if (said === undefined) return integrity === undefined ? [] : [`${path}: names no license`];
  return isAllowed(said, licenses) ? [] : [`${path}: has the license ${said}`];
}

/** Of several with OR one must be allowed, with AND each. */
function isAllowed(expression: string, licenses: readonly string[]): boolean {
  const words = expression.replace(/[()]/g, '');
  return words.split(' OR ').some((choice) => choice.split(' AND ').every((license) => licenses.includes(license.trim())));
}

function versionFaults({ path, name, version = '0.0.0' }: LockedPackage, { atLeast }: SupplyPolicy): string[] {
  return atLeast.filter((rule) => rule.name === name && isOlder(version, rule.versions)).map(({ because }) => `${path}: ${version} is too old: ${because}`);
}

function isOlder(version: string, floors: readonly string[]): boolean {
  const [major, ...rest] = numbers(version);
  const floor = floors.map(numbers).find(([of]) => of === major);
  if (floor) return compare(rest, floor.slice(1)) < 0;
  return floors.every((one) => (numbers(one)[0] ?? 0) > (major ?? 0));
}

/** A version that is still tried out counts as the one before it. */
function numbers(version: string): number[] {
  const [release = '', isTrial] = version.split('-', 2);
  const parts = release.split('.').map(Number);
  return isTrial === undefined ? parts : [...parts.slice(0, 2), (parts[2] ?? 0) - 1];
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((part, index) => part - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
