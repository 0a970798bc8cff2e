import { createHash } from 'node:crypto';
import type { LockedPackage } from './lock-file.js';

interface Component {
  readonly type: 'library' | 'application';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly [more: string]: unknown;
}

/** CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). */
export interface BillOfMaterials {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: { readonly component: Component; readonly tools: object };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * The bill of materials that the lock file says: `npm sbom` refuses this tree, because an alias stands in it for a package that has a peer of
 * another range (ESBOMPROBLEMS, npm 11.19). The same lock file gives the same bill, its serial number included.
 */
export function billOfMaterials(packages: readonly LockedPackage[], product: { readonly name: string; readonly version: string }): BillOfMaterials {
  const root: Component = { type: 'application', 'bom-ref': `${product.name}@${product.version}`, ...product };
  const components = packages.map(componentOf);
  const refs = new Map(packages.map((one, index) => [one.path, components[index]?.['bom-ref'] ?? '']));
  return {
    bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(components))}`,
    metadata: { component: root, tools: { components: [{ type: 'application', name: 'npm run sbom', version: product.version }] } },
    components,
    dependencies: [{ ref: root['bom-ref'], dependsOn: [] }, ...packages.map((one) => ({ ref: refs.get(one.path) ?? '', dependsOn: dependenciesOf(one, refs) }))],
  };
}

function componentOf({ path, name, version = '', integrity, license, dev }: LockedPackage): Component {
  return {
    type: 'library', 'bom-ref': path, name, version, purl: packageUrl(name, version), scope: dev === true ? 'excluded' : 'required',
    ...(integrity !== undefined && { hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex') }] }),
    ...(license !== undefined && { licenses: [{ expression: license }] }),
  };
}

/** https://github.com/package-url/purl-spec: the `@` of a scope is written as an escape. */
function packageUrl(name: string, version: string): string {
  return `pkg:npm/${name.split('/').map(encodeURIComponent).join('/')}@${encodeURIComponent(version)}`;
}

/** npm looks in the package's own folder, then in each above. */
function dependenciesOf({ path, dependencies = {}, optionalDependencies = {} }: LockedPackage, refs: ReadonlyMap<string, string>): string[] {
  const folders = path.split('/node_modules/').map((_, index, parts) => parts.slice(0, parts.length - index).join('/node_modules/'));
  const find = (name: string) => [...folders.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`].map((place) => refs.get(place)).find((ref) => ref !== undefined);
  return [...new Set(Object.keys({ ...dependencies, ...optionalDependencies }).flatMap((name) => find(name) ?? []))];
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}
