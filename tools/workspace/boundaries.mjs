// Who may import whom, as options of the rule @nx/enforce-module-boundaries. A project's tags stand in its package.json under `nx.tags`:
// `kind:` says what sort of thing it is, `scope:` whose it is. Built-ins of Node are not seen by Nx: eslint.config.mjs has those.
const SERVICES = ['device-registry', 'access-awareness', 'routing', 'sms-interworking-gateway', 'report-aggregation', 'message-store-sync', 'client-edge'];

/** kind -> the kinds it may import, and the npm packages (none where the list is empty, any where it is missing). */
const KINDS = {
  vocabulary: { imports: ['vocabulary'], packages: ['zod', '@noble/hashes/**'] },
  kernel: { imports: ['vocabulary'], packages: [] },
  contract: { imports: ['vocabulary', 'kernel'], packages: ['zod'] },
  domain: { imports: ['vocabulary', 'kernel', 'contract'], packages: [] },
  port: { imports: ['vocabulary', 'kernel'], packages: ['@opentelemetry/api'] },
  engine: { imports: ['vocabulary', 'kernel', 'port'], packages: ['lru-cache', 'zod'] },
  adapter: { imports: ['vocabulary', 'kernel', 'port'], packages: ['kafkajs', 'mongoose', 'smpp/**', 'zod'] },
  // Of contracts only what is shared: the AsyncAPI document, whatever the events.
  host: { imports: ['vocabulary', 'kernel', 'contract', 'port', 'engine', 'adapter', 'host'] },
  sdk: { imports: ['vocabulary'] },
  app: { imports: ['vocabulary', 'kernel', 'contract', 'domain', 'port', 'engine', 'adapter', 'host', 'app'] },
  testing: { imports: ['vocabulary', 'kernel', 'contract', 'domain', 'port', 'engine', 'adapter', 'host', 'sdk', 'testing'] },
  tool: { imports: ['vocabulary', 'kernel', 'contract', 'domain', 'port', 'engine', 'adapter', 'host', 'sdk', 'testing', 'tool', 'app'] },
};
/** The kinds of which a shared project must not know the product. */
const GENERAL = ['vocabulary', 'kernel', 'contract', 'port', 'engine', 'adapter', 'host', 'sdk'];

const kind = (name) => `kind:${name}`;
const scope = (name) => `scope:${name}`;

/** Tests may also import what is made for tests, and make up values with fast-check; those of an app speak to it as a client, those of the SDK name what they prove. */
export function boundaries({ inTests }) {
  const extraFor = (name) => (inTests ? [kind('testing'), ...(name === 'app' ? [kind('sdk')] : []), ...(name === 'sdk' ? [kind('kernel')] : [])] : []);
  const testPackages = inTests ? ['fast-check'] : [];
  return {
    allow: [],
    // tsc builds every project; Nx only guards.
    enforceBuildableLibDependency: false,
    banTransitiveDependencies: true,
    allowCircularSelfDependency: false,
    depConstraints: [
      ...Object.entries(KINDS).map(([name, { imports, packages }]) => ({
        sourceTag: kind(name),
        onlyDependOnLibsWithTags: [...imports.map(kind), ...extraFor(name)],
        ...(packages === undefined ? {} : { allowedExternalImports: [...packages, ...testPackages] }),
      })),
      ...GENERAL.map((name) => ({ allSourceTags: [kind(name), scope('shared')], onlyDependOnLibsWithTags: [scope('shared')] })),
      // No constraint of scope for all-in-one, tests and tools: they see the whole product.
      ...SERVICES.flatMap((service) => [
        { allSourceTags: [kind('contract'), scope(service)], onlyDependOnLibsWithTags: [scope('shared'), scope(service)] },
        { allSourceTags: [kind('domain'), scope(service)], onlyDependOnLibsWithTags: [scope('shared'), scope(service), kind('contract')] },
        { allSourceTags: [kind('app'), scope(service)], onlyDependOnLibsWithTags: [scope('shared'), scope(service), kind('contract')] },
      ]),
    ],
  };
}
