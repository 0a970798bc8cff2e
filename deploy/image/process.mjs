// The first process of a container: becomes the one that its argument names, so that a signal reaches it without anything in between.
// docker run … cpm <name> [arguments]
const APPS = ['all-in-one', 'access-awareness', 'client-edge', 'device-registry', 'message-store-sync', 'report-aggregation', 'routing', 'sms-interworking-gateway'];
const TOOLS = {
  // One port for all services, where no Ingress does that.
  entry: 'entry/main.js',
  'smsc-simulator': 'smsc-simulator/main.js',
  // Makes the database that MONGODB_URI names a replica set of one.
  'replica-set': 'replica-set/main.js',
  provision: 'provision/main.js',
  backup: 'backup/main.js',
  restore: 'backup/restore-main.js',
};

const [name, ...rest] = process.argv.slice(2);
const path = APPS.includes(name) ? `apps/${name}/dist/main.js` : TOOLS[name] && `tools/dist/${TOOLS[name]}`;
if (path === undefined) {
  console.error(`${name}: is none of ${[...APPS, ...Object.keys(TOOLS)].join(', ')}`);
  process.exit(2);
}
const main = new URL(`../../${path}`, import.meta.url);
process.argv.splice(1, process.argv.length - 1, main.pathname, ...rest);
await import(main.href);
