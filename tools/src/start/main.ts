import { parseArgs } from 'node:util';
import { z } from 'zod';
import { announceSystem } from './running-system.js';
import { startSystem, type System } from './start-system.js';

const PARENT_POLL_MS = 1_000;
const { values } = parseArgs({ options: { processes: { type: 'boolean', default: false }, fresh: { type: 'boolean', default: false }, secure: { type: 'boolean', default: false }, traces: { type: 'boolean', default: false } } });
const port = z.coerce.number().int().min(0).max(65_535).safeParse(process.env['HTTP_PORT'] || 8080);
if (!port.success) fail(new Error('HTTP_PORT: must be a port number'));

const ended = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  // npm that is told to end does not pass it on: who started this is gone when the parent is another one.
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) resolve(); }, PARENT_POLL_MS).unref();
});
const starting = startSystem({ ...values, httpPort: port.data });
// A broken terminal must not keep the system from being stopped.
process.stdout.on('error', () => undefined);
try {
  const system = await starting;
  try {
    const { url, smsc, collectorUrl } = system;
    const withdraw = await announceSystem({ url, pid: process.pid, ...(smsc && { smscViewUrl: smsc.viewUrl }), ...(collectorUrl !== undefined && { collectorUrl }) });
    console.log(readyText(system));
    await ended;
    console.log('\nstopping …');
    await withdraw();
  } finally {
    await system.stop();
  }
} catch (error) {
  fail(error);
}
process.exit(0);

function readyText({ url, smsc, logDir, pids, brokers, mongoUri }: System): string {
  const device = '--user tel:+4915110000001 --device urn:uuid:00000000-0000-4000-8000-000000000001 --scope device';
  return [
    '',
    'ready',
    `  entry     ${url}          (/cpm/v1, /nms/v1, /network/v1, /admin/v1)`,
    `  health    ${url}/health/ready, ${url}/metrics${values.processes ? '/<service>' : ''}`,
    `  SMSC      ${smsc ? `${smsc.url.replace(/:[^:@/]*@/, ':***@')}, received messages at ${smsc.viewUrl}/messages` : 'SMPP_URL'}`,
    `  Kafka     ${brokers}`,
    `  MongoDB   ${mongoUri.replace(/\/\/[^@/]*@/, '//***@')}`,
    `  logs      ${logDir}`,
    `  processes ${[...pids].map(([app, pid]) => `${app} ${pid}`).join(', ')}`,
    '',
    'next',
    '  npm run cpm -- token --scope operator',
    `  npm run cpm -- token ${device}`,
    '  npm run demo',
    ...(values.traces ? ['  npm run --silent cpm -- trace <message id>'] : []),
    `  Ctrl-C stops all of it; ${values.fresh ? 'nothing is kept' : `the data stay in .cpm/data${values.secure ? '-secure' : ''}`}`,
    '',
  ].join('\n');
}

function fail(error: unknown): never {
  console.error((error as Error).message);
  process.exit(1);
}
