import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { commandLine } from './commands.js';

const asked: string[] = [];
let server: Server;
let url: string;
beforeAll(async () => {
  process.env['CPM_TOKEN'] = 'of-the-provider';
  server = createServer(({ method, url: path = '', headers }, response) => {
    asked.push(`${method} ${path} ${headers.authorization}`);
    const letter = (id: string, replayed: boolean) => ({ id, at: '2026-11-26T01:02:03Z', reason: 'decider: no', replayed });
    const isSecond = path.includes('cursor=a');
    response.setHeader('content-type', 'application/json').end(JSON.stringify(method === 'POST' ? letter('x', true) : { deadLetters: [letter(isSecond ? 'b/0/2' : 'a/0/1', isSecond)], ...(isSecond ? {} : { cursor: 'a/0/1' }) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  delete process.env['CPM_TOKEN'];
  await new Promise((resolve) => server.close(resolve));
});

async function run(...words: string[]): Promise<{ lines: string[]; calls: string[] }> {
  const lines: string[] = [];
  asked.length = 0;
  await commandLine((line) => lines.push(line)).parseAsync(['dead-letters', ...words, '--url', url], { from: 'user' });
  return { lines, calls: [...asked] };
}

it('lists all pages, one letter a line, with the token of the environment', async () => {
  expect(await run('list', '--service', 'routing')).toEqual({
    lines: ['a/0/1  2026-11-26T01:02:03Z  decider: no', 'b/0/2  2026-11-26T01:02:03Z  decider: no  (replayed)'],
    calls: ['GET /admin/v1/dead-letters?service=routing Bearer of-the-provider', 'GET /admin/v1/dead-letters?service=routing&cursor=a%2F0%2F1 Bearer of-the-provider'],
  });
});

it('replays those that are named, in their order', async () => {
  expect(await run('replay', 'cpm.routing.inbox/3/17', 'cpm.routing.inbox/3/18')).toEqual({
    lines: ['cpm.routing.inbox/3/17 replayed', 'cpm.routing.inbox/3/18 replayed'],
    calls: [17, 18].map((offset) => `POST /admin/v1/dead-letters/cpm.routing.inbox%2F3%2F${offset}/replay Bearer of-the-provider`),
  });
});
