import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanLogs, secretsOf } from './log-scan.js';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'cpm-scan-')); });
afterEach(() => rm(folder, { recursive: true }));

const SECRETS = secretsOf(['tel:+493017000001', 'sip:talker-1@people.chaos.example'], ['quince1']);

it.each([
  '{"msg":"tel:+493017000001"}', '{"msisdn":"493017000001"}', 'to %2B493017000001', '{"url":"/x/sip:talker-1@people.chaos.example"}', 'sip%3Atalker-1%40people.chaos.example', 'said quince1 lorem',
])('finds %s and says where, not what', async (line) => {
  await writeFile(join(folder, 'routing.log'), `{"msg":"ready"}\n${line}\n`);
  expect(await scanLogs(folder, SECRETS)).toEqual({ files: 1, lines: 2, telling: 1, where: ['routing.log:2'] });
});

it('finds nothing in what is masked, and counts what it read', async () => {
  await writeFile(join(folder, 'routing.log'), '{"msg":"tel:*01"}\n{"msg":"sip:*"}\n{"id":"chaos-1-1"}\n');
  await writeFile(join(folder, 'client-edge.log'), '');
  expect(await scanLogs(folder, SECRETS)).toEqual({ files: 2, lines: 3, telling: 0, where: [] });
});

it('reads the folders in it, and leaves out what it is told to', async () => {
  for (const pod of ['cpm_routing', 'stores_mongo']) {
    await mkdir(join(folder, pod));
    await writeFile(join(folder, pod, '0.log'), 'tel:+493017000001\n');
  }
  expect(await scanLogs(folder, SECRETS, (path) => path.startsWith('cpm_'))).toEqual({ files: 1, lines: 1, telling: 1, where: ['cpm_routing/0.log:1'] });
});
